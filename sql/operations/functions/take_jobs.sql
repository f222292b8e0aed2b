create function private.take_jobs(
  p_lane uuid,
  p_limit integer,
  p_worker text,
  p_lease_seconds integer,
  p_types text[],
  p_tenant_cap integer
) returns table (
  id uuid,
  tenant_id uuid,
  job_type text,
  payload jsonb,
  checkpoint jsonb,
  fence bigint,
  attempts integer,
  max_attempts integer,
  resource_type text,
  resource_id uuid,
  requested_by uuid,
  request_id text
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := pg_catalog.clock_timestamp();
  v_limit integer := p_limit;
begin
  if p_tenant_cap is not null then
    select least(p_limit, p_tenant_cap - pg_catalog.count(*)) into v_limit
    from public.background_jobs j
    where j.completed_at is null and j.lane = p_lane and j.lease_expires_at > v_now;
    if v_limit <= 0 then
      return;
    end if;
  end if;
  return query
  with due as materialized (
    select d.id
    from pg_catalog.unnest('{1,0,-1}'::smallint[]) as p (priority)
    cross join lateral (
      select j.id
      from public.background_jobs j
      where j.completed_at is null and j.lane = p_lane and j.priority = p.priority
        and j.available_at <= v_now and (j.lease_expires_at is null or j.lease_expires_at <= v_now)
        and j.job_type = any (p_types)
      order by j.available_at, j.id
      limit v_limit
      for update skip locked
    ) d
    limit v_limit
  ),
  taken as (
    -- A running job in here has outlived its lease. It ends if it was to be cancelled, and after its last attempt, so
    -- that none goes round for ever.
    update public.background_jobs j
    set status = case
        when j.cancel_requested_at is not null then 'cancelled'
        when j.attempts >= j.max_attempts then 'failed'
        else 'running'
      end,
      fence = j.fence + 1,
      attempts = least(j.attempts + 1, j.max_attempts),
      worker = case when j.attempts < j.max_attempts and j.cancel_requested_at is null then p_worker end,
      lease_expires_at = case
        when j.attempts < j.max_attempts and j.cancel_requested_at is null
          then v_now + pg_catalog.make_interval(secs => p_lease_seconds)
      end,
      dedupe_key = null,
      started_at = coalesce(j.started_at, v_now),
      completed_at = case when j.attempts >= j.max_attempts or j.cancel_requested_at is not null then v_now end,
      error_code = case
        when j.attempts >= j.max_attempts and j.cancel_requested_at is null then 'WORKER_LOST'
        else j.error_code
      end
    from due
    where j.id = due.id
    returning j.*
  )
  select
    t.id, t.tenant_id, t.job_type, t.payload, t.checkpoint, t.fence, t.attempts, t.max_attempts, t.resource_type,
    t.resource_id, t.requested_by, t.request_id
  from taken t
  where t.status = 'running';
end
$$;

comment on function private.take_jobs(uuid, integer, text, integer, text[], integer) is
  'Takes due jobs of one lane, urgent ones first, as private.claim_jobs does for all.';
