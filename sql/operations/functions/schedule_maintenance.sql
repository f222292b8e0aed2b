create function private.schedule_maintenance() returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select from public.background_jobs j
    where j.job_type = 'operations.maintain'
      and (j.status in ('pending', 'running') or j.completed_at > now() - interval '1 hour')
  ) then
    return;
  end if;
  perform private.enqueue_job(
    p_job_type => 'operations.maintain',
    p_tenant_id => null,
    p_payload => '{}',
    p_dedupe_key => 'maintain'
  );
end
$$;

comment on function private.schedule_maintenance() is
  'Queues the hourly housekeeping unless it is queued, running or has just run. Called by each tick of the scheduler.';
