create function private.fire_schedules(p_firings jsonb) returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  -- The unique slot is the last word: whoever comes twice, after whatever went wrong, queues nothing more.
  insert into public.background_jobs (tenant_id, job_type, payload, schedule_name, slot)
  select s.tenant_id, s.job_type, s.payload, s.name, d.slot
  from pg_catalog.jsonb_to_recordset(p_firings) as f (id uuid, slots timestamptz[], "expectedAt" timestamptz)
  join control_plane.job_schedules s on s.id = f.id and s.next_run_at = f."expectedAt" and s.is_enabled
  cross join lateral pg_catalog.unnest(f.slots) as d (slot)
  on conflict (lane, schedule_name, slot) where slot is not null do nothing;
  get diagnostics v_count = row_count;

  update control_plane.job_schedules s
  set next_run_at = f."nextRunAt",
    alarm_at = f."alarmAt",
    last_slot = coalesce(f.slots[pg_catalog.cardinality(f.slots)], s.last_slot),
    fault = f.fault
  from pg_catalog.jsonb_to_recordset(p_firings) as f (
    id uuid, slots timestamptz[], "expectedAt" timestamptz, "nextRunAt" timestamptz, "alarmAt" timestamptz, fault text
  )
  where s.id = f.id and s.next_run_at = f."expectedAt" and s.is_enabled;
  return v_count;
end
$$;

alter function private.fire_schedules(jsonb) owner to gantry_definer;

comment on function private.fire_schedules(jsonb) is
  'Queues one job for each slot and moves the schedules on, together: [{id, expectedAt, slots, nextRunAt, alarmAt, fault}]. A schedule that has moved meanwhile is left alone.';
