create function private.fail_operation_of_job() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  with ended as (
    update public.provisioning_operations o
    set status = new.status,
      error_code = coalesce(new.error_code, 'CANCELLED'),
      error_message = new.error_message,
      finished_at = pg_catalog.clock_timestamp()
    where o.id = new.resource_id and o.status in ('pending', 'running')
    returning o.database_id
  )
  update control_plane.tenant_databases d
  set status = 'error'
  from ended
  where d.id = ended.database_id and d.deleted_at is null;
  return null;
end
$$;

alter function private.fail_operation_of_job() owner to gantry_definer;

create trigger fail_operation_of_job after update of status on public.background_jobs
  for each row
  when (new.resource_type = 'provisioning_operation' and new.status in ('failed', 'cancelled'))
  execute function private.fail_operation_of_job();

comment on function private.fail_operation_of_job() is
  'An operation ends when its job does, even if the worker died before it could say so.';
