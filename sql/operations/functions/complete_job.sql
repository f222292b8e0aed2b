create function private.complete_job(p_id uuid, p_fence bigint) returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with completed as (
    update public.background_jobs j
    set status = 'completed',
      worker = null,
      lease_expires_at = null,
      error_code = null,
      error_message = null,
      completed_at = pg_catalog.clock_timestamp(),
      progress = pg_catalog.jsonb_set(j.progress, '{percentage}', '100')
    where j.id = p_id and j.fence = p_fence and j.status = 'running'
    returning 1
  )
  select exists (select from completed)
$$;

comment on function private.complete_job(uuid, bigint) is
  'Ends a job well, in the transaction of its effect; false when the lease is lost.';
