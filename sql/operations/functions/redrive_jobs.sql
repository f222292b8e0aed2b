create function private.redrive_jobs(
  p_job_type text,
  p_tenant_id uuid default null,
  p_error_code text default null,
  p_limit integer default 100
) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job_id uuid;
  v_count integer := 0;
begin
  for v_job_id in
    select j.id from public.background_jobs j
    where j.status = 'failed' and j.job_type = p_job_type and j.resource_type is distinct from 'provisioning_operation'
      and (p_tenant_id is null or j.tenant_id = p_tenant_id)
      and (p_error_code is null or j.error_code = p_error_code)
    order by j.completed_at limit p_limit
    for update skip locked
  loop
    perform private.reopen_job(p_job_id => v_job_id);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function private.redrive_jobs(text, uuid, text, integer) is
  'For operators: runs failed jobs of a type again, oldest first, by tenant and error code if given; returns how many.';
