create function private.enqueue_jobs(
  p_job_type text,
  p_tenant_ids uuid[],
  p_payloads jsonb[],
  p_run_at timestamptz default null,
  p_max_attempts integer default 10,
  p_priority integer default 0
) returns setof uuid
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id uuid := private.acting_user_id();
begin
  return query
  insert into public.background_jobs (
    job_type, tenant_id, payload, available_at, max_attempts, priority, requested_by, request_id
  )
  select
    p_job_type, n.tenant_id, n.payload, coalesce(p_run_at, pg_catalog.now()), p_max_attempts, p_priority, v_user_id,
    nullif(pg_catalog.current_setting('gantry.request_id', true), '')
  from rows from (pg_catalog.unnest(p_tenant_ids), pg_catalog.unnest(p_payloads)) as n (tenant_id, payload)
  returning id;
end
$$;

alter function private.enqueue_jobs(text, uuid[], jsonb[], timestamptz, integer, integer) owner to gantry_definer;

comment on function private.enqueue_jobs(text, uuid[], jsonb[], timestamptz, integer, integer) is
  'Queues many jobs of one type in the caller''s transaction, one for each pair of tenant and payload.';
