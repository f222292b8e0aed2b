create function private.register_schedule(
  p_name text,
  p_tenant_id uuid,
  p_cron text,
  p_time_zone text,
  p_job_type text,
  p_payload jsonb,
  p_catch_up text,
  p_is_enabled boolean,
  p_next_run_at timestamptz,
  p_alarm_at timestamptz
) returns uuid
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into control_plane.job_schedules as s (
    name, tenant_id, cron, time_zone, job_type, payload, catch_up, is_enabled, next_run_at, alarm_at
  )
  values (
    p_name, p_tenant_id, p_cron, p_time_zone, p_job_type, p_payload, p_catch_up, p_is_enabled, p_next_run_at, p_alarm_at
  )
  on conflict (tenant_id, name) do update
  set cron = excluded.cron,
    time_zone = excluded.time_zone,
    job_type = excluded.job_type,
    payload = excluded.payload,
    catch_up = excluded.catch_up,
    is_enabled = excluded.is_enabled,
    fault = null,
    -- The same times stay as they are: whoever registers again, at each start or twenty times a minute, moves nothing.
    next_run_at = case
      when s.is_enabled and s.fault is null and (s.cron, s.time_zone) = (excluded.cron, excluded.time_zone)
        then s.next_run_at
      else excluded.next_run_at
    end,
    alarm_at = case
      when s.is_enabled and s.fault is null and (s.cron, s.time_zone) = (excluded.cron, excluded.time_zone)
        then s.alarm_at
      else excluded.alarm_at
    end
  returning s.id
$$;

alter function private.register_schedule(text, uuid, text, text, text, jsonb, text, boolean, timestamptz, timestamptz)
  owner to gantry_definer;

comment on function private.register_schedule(text, uuid, text, text, text, jsonb, text, boolean, timestamptz, timestamptz) is
  'Makes or changes a schedule, named once per tenant (or the platform). Registering it as it is changes nothing.';
