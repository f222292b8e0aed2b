create function private.exchange_jobs(
  p_completed_ids uuid[],
  p_completed_fences bigint[],
  p_worker text,
  p_limit integer,
  p_lease_seconds integer,
  p_types text[],
  p_after uuid default null,
  p_tenant_cap integer default null
) returns table (
  event text,
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
  request_id text,
  turn uuid
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
as $$
#variable_conflict use_column
begin
  if pg_catalog.cardinality(p_completed_ids) > 0 then
    return query
    with completed as (
      update public.background_jobs j
      set status = 'completed',
        worker = null,
        lease_expires_at = null,
        error_code = null,
        error_message = null,
        completed_at = pg_catalog.clock_timestamp(),
        progress = pg_catalog.jsonb_set(j.progress, '{percentage}', '100')
      from rows from (pg_catalog.unnest(p_completed_ids), pg_catalog.unnest(p_completed_fences)) as d (id, fence)
      where j.id = d.id and j.fence = d.fence and j.status = 'running'
      returning j.id
    )
    select
      'completed', c.id, null::uuid, null, null::jsonb, null::jsonb, null::bigint, null::integer, null::integer, null,
      null::uuid, null::uuid, null, null::uuid
    from completed c;
  end if;
  if p_limit > 0 then
    return query
    select 'claimed', c.*
    from private.claim_jobs(
      p_worker => p_worker, p_limit => p_limit, p_lease_seconds => p_lease_seconds, p_types => p_types,
      p_after => p_after, p_tenant_cap => p_tenant_cap
    ) c;
  end if;
end
$$;

comment on function private.exchange_jobs(uuid[], bigint[], text, integer, integer, text[], uuid, integer) is
  'Ends jobs well and claims the next ones, in one round trip. An id that does not come back as completed was fenced off.';
