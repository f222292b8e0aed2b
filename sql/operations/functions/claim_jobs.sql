create function private.claim_jobs(p_worker text, p_limit integer, p_lease_seconds integer, p_types text[])
returns table (
  id uuid,
  tenant_id uuid,
  job_type text,
  payload jsonb,
  fence bigint,
  attempts integer,
  max_attempts integer,
  resource_type text,
  resource_id uuid,
  requested_by uuid,
  request_id text
)
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with due as (
    select j.id
    from public.background_jobs j
    where j.status in ('pending', 'running')
      and j.available_at <= pg_catalog.clock_timestamp()
      and j.job_type = any (p_types)
    order by j.available_at, j.id
    limit p_limit
    for update skip locked
  ),
  taken as (
    -- A running job in here has outlived its lease. After its last attempt it ends, instead of going round for ever.
    update public.background_jobs j
    set status = case when j.attempts >= j.max_attempts then 'failed' else 'running' end,
      fence = j.fence + 1,
      attempts = least(j.attempts + 1, j.max_attempts),
      worker = case when j.attempts >= j.max_attempts then null else p_worker end,
      available_at = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => p_lease_seconds),
      started_at = coalesce(j.started_at, pg_catalog.clock_timestamp()),
      completed_at = case when j.attempts >= j.max_attempts then pg_catalog.clock_timestamp() end,
      error_code = case when j.attempts >= j.max_attempts then 'WORKER_LOST' else j.error_code end
    from due
    where j.id = due.id
    returning j.*
  )
  select
    t.id, t.tenant_id, t.job_type, t.payload, t.fence, t.attempts, t.max_attempts, t.resource_type, t.resource_id,
    t.requested_by, t.request_id
  from taken t
  where t.status = 'running'
$$;

comment on function private.claim_jobs(text, integer, integer, text[]) is
  'Takes up to p_limit due jobs for p_lease_seconds. Jobs locked by another worker are passed over, never waited for.';
