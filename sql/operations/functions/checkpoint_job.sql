create function private.checkpoint_job(p_id uuid, p_fence bigint, p_checkpoint jsonb) returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with kept as (
    update public.background_jobs j
    set checkpoint = p_checkpoint
    where j.id = p_id and j.fence = p_fence and j.status = 'running'
    returning 1
  )
  select exists (select from kept)
$$;

comment on function private.checkpoint_job(uuid, bigint, jsonb) is
  'Notes where a job would go on, in the transaction of the work done so far; false when the lease is lost.';
