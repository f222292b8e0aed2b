create function private.purge_due_tenants() returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant_id uuid;
  v_database_id uuid;
  v_purged_count integer := 0;
begin
  for v_tenant_id in
    select t.tenant_id from control_plane.tenants t
    where t.deletion_scheduled_at <= pg_catalog.now()
    order by t.tenant_id
    for update skip locked
  loop
    continue when exists (
      select from public.provisioning_operations o
      where o.tenant_id = v_tenant_id and o.status in ('pending', 'running')
    );
    select d.id into v_database_id
    from control_plane.tenant_databases d
    where d.tenant_id = v_tenant_id and d.deleted_at is null
    order by d.id limit 1;
    -- Databases go first, one operation at a time; the tenant goes when a later run finds none.
    if found then
      perform private.open_operation(p_kind => 'delete', p_tenant_id => v_tenant_id, p_database_id => v_database_id);
    else
      -- Without its data key nothing that was sealed for the tenant opens again, in backups neither.
      update control_plane.tenant_data_keys k
      set wrapped_key = null, destroyed_at = pg_catalog.now()
      where k.tenant_id = v_tenant_id and k.destroyed_at is null;
      delete from control_plane.tenants t where t.tenant_id = v_tenant_id;
      v_purged_count := v_purged_count + 1;
    end if;
  end loop;
  return v_purged_count;
end
$$;

comment on function private.purge_due_tenants() is
  'Removes tenants whose week has passed, after their databases; returns how many are gone.';
