create function private.renew_jobs(p_ids uuid[], p_fences bigint[], p_lease_seconds integer)
returns table (id uuid, is_cancelling boolean)
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  update public.background_jobs j
  set lease_expires_at = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => p_lease_seconds)
  from rows from (pg_catalog.unnest(p_ids), pg_catalog.unnest(p_fences)) as d (id, fence)
  where j.id = d.id and j.fence = d.fence and j.status = 'running'
  returning j.id, j.cancel_requested_at is not null
$$;

comment on function private.renew_jobs(uuid[], bigint[], integer) is
  'Prolongs leases and tells which jobs are to be cancelled. An id that does not come back is held by another worker by now.';
