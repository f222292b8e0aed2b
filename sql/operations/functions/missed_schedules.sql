create function private.missed_schedules() returns table (
  name text,
  tenant_id uuid,
  next_run_at timestamptz,
  last_slot timestamptz,
  fault text
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select s.name, s.tenant_id, s.next_run_at, s.last_slot, s.fault
  from control_plane.job_schedules s
  where s.is_enabled and (s.fault is not null or s.alarm_at <= pg_catalog.clock_timestamp())
  order by s.next_run_at, s.name
$$;

comment on function private.missed_schedules() is
  'The alarm: schedules that are overdue by two periods, whoever should have run them, and those that cannot be worked out.';
