create function private.defer_job(p_id uuid, p_fence bigint, p_run_at timestamptz) returns text
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  update public.background_jobs j
  set status = case when j.cancel_requested_at is null then 'pending' else 'cancelled' end,
    worker = null,
    lease_expires_at = null,
    available_at = p_run_at,
    attempts = j.attempts - 1,
    completed_at = case when j.cancel_requested_at is not null then pg_catalog.clock_timestamp() end
  where j.id = p_id and j.fence = p_fence and j.status = 'running'
  returning j.status
$$;

comment on function private.defer_job(uuid, bigint, timestamptz) is
  'Puts a job back that has more to do or must wait; counts as no attempt. Returns pending, or cancelled if somebody asked for that; null when the lease is lost.';
