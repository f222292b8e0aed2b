create function private.enqueue_jobs(
  p_job_type text,
  p_jobs jsonb,
  p_run_at timestamptz default null,
  p_max_attempts integer default 10,
  p_priority integer default 0
) returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id uuid := private.acting_user_id();
  v_request_id text := nullif(pg_catalog.current_setting('gantry.request_id', true), '');
  v_count integer;
begin
  insert into public.background_jobs (
    job_type, tenant_id, payload, available_at, max_attempts, priority, requested_by, request_id
  )
  select
    p_job_type, n."tenantId", n.payload, coalesce(p_run_at, pg_catalog.now()), p_max_attempts, p_priority, v_user_id,
    v_request_id
  from pg_catalog.jsonb_to_recordset(p_jobs) as n ("tenantId" uuid, payload jsonb);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

alter function private.enqueue_jobs(text, jsonb, timestamptz, integer, integer) owner to gantry_definer;

comment on function private.enqueue_jobs(text, jsonb, timestamptz, integer, integer) is
  'Queues many jobs of one type in the caller''s transaction: [{tenantId, payload}]. Returns how many.';
