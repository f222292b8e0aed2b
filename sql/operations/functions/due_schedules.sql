create function private.due_schedules(p_limit integer) returns table (
  id uuid,
  cron text,
  time_zone text,
  catch_up text,
  next_run_at timestamptz,
  now timestamptz
)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  select s.id, s.cron, s.time_zone, s.catch_up, s.next_run_at, pg_catalog.clock_timestamp()
  from control_plane.job_schedules s
  where s.is_enabled and s.fault is null and s.next_run_at <= pg_catalog.clock_timestamp()
  order by s.next_run_at, s.id
  limit p_limit
  for update skip locked
$$;

alter function private.due_schedules(integer) owner to gantry_definer;

comment on function private.due_schedules(integer) is
  'Schedules whose time has come, held until the transaction ends: a second dispatcher passes them over.';
