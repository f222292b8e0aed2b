create function private.end_unknown_jobs(p_known_types text[]) returns integer
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with ended as (
    update public.background_jobs j
    set status = 'failed',
      fence = j.fence + 1,
      worker = null,
      lease_expires_at = null,
      dedupe_key = null,
      error_code = 'UNKNOWN_JOB_TYPE',
      error_message = 'No worker knew this type of job for an hour.',
      completed_at = pg_catalog.clock_timestamp()
    where j.completed_at is null
      and j.available_at < pg_catalog.now() - interval '1 hour'
      and (j.lease_expires_at is null or j.lease_expires_at < pg_catalog.now() - interval '1 hour')
      and j.job_type <> all (p_known_types)
    returning 1
  )
  select pg_catalog.count(*)::integer from ended
$$;

comment on function private.end_unknown_jobs(text[]) is
  'Fails jobs that no handler has come for within an hour, which is longer than a deployment takes; they can be redriven.';
