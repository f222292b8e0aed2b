create function private.renew_job(p_id uuid, p_fence bigint, p_lease_seconds integer) returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with renewed as (
    update public.background_jobs j
    set available_at = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => p_lease_seconds)
    where j.id = p_id and j.fence = p_fence and j.status = 'running'
    returning 1
  )
  select exists (select from renewed)
$$;

comment on function private.renew_job(uuid, bigint, integer) is 'Prolongs a lease; false when another worker holds it by now.';
