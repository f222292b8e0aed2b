create function private.reopen_job(p_job_id uuid) returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  update public.background_jobs j
  set status = 'pending',
    attempts = 0,
    fence = j.fence + 1,
    available_at = pg_catalog.clock_timestamp(),
    completed_at = null
  where j.id = p_job_id and j.status = 'failed'
$$;

comment on function private.reopen_job(uuid) is
  'A failed job becomes due again, with all its attempts; id, payload and checkpoint stay.';
