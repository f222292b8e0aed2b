create function private.defer_job(p_id uuid, p_fence bigint, p_run_at timestamptz) returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with deferred as (
    update public.background_jobs j
    set status = 'pending', worker = null, available_at = p_run_at, attempts = j.attempts - 1
    where j.id = p_id and j.fence = p_fence and j.status = 'running'
    returning 1
  )
  select exists (select from deferred)
$$;

comment on function private.defer_job(uuid, bigint, timestamptz) is
  'Puts a job back that has more to do or must wait; counts as no attempt. False when the lease is lost.';
