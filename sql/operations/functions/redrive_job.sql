create function private.redrive_job(p_tenant_id uuid, p_job_id uuid) returns void
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
  if v_job.status <> 'failed' then
    perform private.raise_problem(409, 'JOB_STATE_CONFLICT', 'Only a failed job can be run again.');
  end if;
  if v_job.resource_type is not distinct from 'provisioning_operation' then
    perform private.raise_problem(409, 'JOB_STATE_CONFLICT', 'Ask for the operation again.');
  end if;
  perform private.reopen_job(p_job_id => p_job_id);
  perform private.record_audit(
    p_tenant_id => p_tenant_id, p_action => 'background_job.redrive', p_resource_type => 'background_job',
    p_resource_id => p_job_id::text,
    p_metadata => pg_catalog.jsonb_build_object('jobType', v_job.job_type, 'errorCode', v_job.error_code)
  );
end
$$;

alter function private.redrive_job(uuid, uuid) owner to gantry_definer;

comment on function private.redrive_job(uuid, uuid) is
  'Runs a failed job again under its own id, from its checkpoint; needs jobs.manage. 409 JOB_STATE_CONFLICT unless it has failed.';
