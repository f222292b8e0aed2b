create function private.cancel_job(p_tenant_id uuid, p_job_id uuid) returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job public.background_jobs;
begin
  perform private.require_permission(p_tenant_id => p_tenant_id, p_permission => 'jobs.manage');

  select j.* into v_job from public.background_jobs j
  where j.tenant_id = p_tenant_id and j.id = p_job_id for update;
  if not found then
    perform private.raise_problem(404, 'NOT_FOUND');
  end if;
  if v_job.status = 'cancelled' or v_job.cancel_requested_at is not null and v_job.status = 'running' then
    return v_job.status;
  end if;
  if not v_job.is_cancellable then
    perform private.raise_problem(409, 'JOB_STATE_CONFLICT', 'This job is the platform''s own.');
  end if;
  if v_job.status not in ('pending', 'running') then
    perform private.raise_problem(409, 'JOB_STATE_CONFLICT', 'The job has ' || v_job.status || '.');
  end if;

  -- One that runs ends when its worker has stopped: what it did by then is done, and nothing comes after "cancelled".
  update public.background_jobs j
  set cancel_requested_at = pg_catalog.clock_timestamp(),
    status = case j.status when 'pending' then 'cancelled' else j.status end,
    completed_at = case j.status when 'pending' then pg_catalog.clock_timestamp() end,
    dedupe_key = null
  where j.id = v_job.id
  returning j.status into v_job.status;
  perform private.record_audit(
    p_tenant_id => p_tenant_id, p_action => 'background_job.cancel', p_resource_type => 'background_job',
    p_resource_id => p_job_id::text, p_metadata => pg_catalog.jsonb_build_object('jobType', v_job.job_type)
  );
  return v_job.status;
end
$$;

alter function private.cancel_job(uuid, uuid) owner to gantry_definer;

comment on function private.cancel_job(uuid, uuid) is
  'Cancels a job; needs jobs.manage. Returns cancelled, or running for one whose worker has yet to stop. 409 JOB_STATE_CONFLICT when it has ended.';
