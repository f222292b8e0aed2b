create function private.report_job_progress(
  p_id uuid,
  p_fence bigint,
  p_current integer,
  p_total integer,
  p_message text
) returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with reported as (
    update public.background_jobs j
    set progress = private.advance_progress(j.progress, p_current, p_total, p_message)
    where j.id = p_id and j.fence = p_fence and j.status = 'running'
    returning 1
  )
  select exists (select from reported)
$$;

comment on function private.report_job_progress(uuid, bigint, integer, integer, text) is
  'Shows how far a job is; false when the lease is lost.';
