alter table public.background_jobs enable row level security;
alter table public.background_jobs force row level security;
revoke all on public.background_jobs from public, anon, authenticated, service_role;

create policy background_jobs_select_members on public.background_jobs
  for select to authenticated using (tenant_id = (select private.tenant_with('jobs.read')));
comment on policy background_jobs_select_members on public.background_jobs is
  'With jobs.read, the jobs of the tenant the request acts in, without their payload.';

create policy background_jobs_all_worker on public.background_jobs
  for all to gantry_worker using (true) with check (true);
comment on policy background_jobs_all_worker on public.background_jobs is 'Workers claim jobs and write down their course.';

create policy background_jobs_all_definer on public.background_jobs
  for all to gantry_definer using (true) with check (true);
comment on policy background_jobs_all_definer on public.background_jobs is 'Queueing a job in the transaction that needs it, cancelling it, running it again, and removing it when it is old.';

grant select (
  id, tenant_id, job_type, status, priority, resource_type, resource_id, progress, metadata, is_cancellable, attempts,
  max_attempts, error_code, requested_by, created_at, started_at, cancel_requested_at, completed_at, updated_at
) on public.background_jobs to authenticated;
grant select on public.background_jobs to gantry_worker;
grant update (
  status, progress, checkpoint, metadata, dedupe_key, available_at, lease_expires_at, attempts, fence, worker, error_code,
  error_message, started_at, completed_at
) on public.background_jobs to gantry_worker;
grant select, insert, delete on public.background_jobs to gantry_definer;
grant update (
  status, dedupe_key, available_at, attempts, fence, cancel_requested_at, completed_at
) on public.background_jobs to gantry_definer;
