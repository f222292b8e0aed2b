create function private.open_operation(
  p_kind text,
  p_tenant_id uuid,
  p_database_id uuid,
  p_operation_id uuid default null
) returns uuid
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_operation_id uuid;
  v_holder jsonb;
begin
  insert into public.provisioning_operations (id, tenant_id, database_id, kind, requested_by)
  values (
    coalesce(p_operation_id, pg_catalog.gen_random_uuid()), p_tenant_id, p_database_id, p_kind, private.acting_user_id()
  )
  on conflict (tenant_id) where status in ('pending', 'running') do nothing
  returning id into v_operation_id;

  if v_operation_id is null then
    select pg_catalog.jsonb_build_object('operationId', o.id, 'kind', o.kind, 'startedAt', o.created_at) into v_holder
    from public.provisioning_operations o
    where o.tenant_id = p_tenant_id and o.status in ('pending', 'running');
    perform private.raise_problem(423, 'OPERATION_IN_PROGRESS', v_holder::text);
  end if;

  perform private.enqueue_job(
    p_job_type => 'provisioning.run',
    p_tenant_id => p_tenant_id,
    p_payload => pg_catalog.jsonb_build_object('operationId', v_operation_id),
    p_resource_type => 'provisioning_operation',
    p_resource_id => v_operation_id,
    -- A creation may be given up; what would be left half open or half gone may not.
    p_is_cancellable => p_kind = 'create'
  );
  return v_operation_id;
end
$$;

alter function private.open_operation(text, uuid, uuid, uuid) owner to gantry_definer;

comment on function private.open_operation(text, uuid, uuid, uuid) is
  'Starts an operation and its job together. 423 OPERATION_IN_PROGRESS, with the holder, while another one of the tenant runs.';
