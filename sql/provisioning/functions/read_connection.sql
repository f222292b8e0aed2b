create function private.read_connection(p_database_id uuid)
returns table (tenant_id uuid, sealed text, wrapped_key bytea, key_version integer, master_key_id text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant_id uuid;
begin
  select d.tenant_id into v_tenant_id
  from control_plane.tenant_databases d
  where d.id = p_database_id
    and d.deleted_at is null
    and d.tenant_id = any (private.tenants_with('tenants.read'));
  if not found then
    perform private.raise_problem(404, 'NOT_FOUND');
  end if;
  perform private.require_permission(p_tenant_id => v_tenant_id, p_permission => 'databases.connect');

  -- In the reader's own transaction: if this row cannot be written, nothing is read.
  perform private.record_audit(
    p_tenant_id => v_tenant_id,
    p_action => 'databases.connect',
    p_resource_type => 'database',
    p_resource_id => p_database_id::text,
    p_metadata => '{}'
  );
  return query
  select d.tenant_id, d.connection_string_encrypted, k.wrapped_key, k.version, k.master_key_id
  from control_plane.tenant_databases d
  join control_plane.tenant_data_keys k on k.tenant_id = d.tenant_id and k.version = d.key_version
  where d.id = p_database_id and d.status = 'active' and k.destroyed_at is null;
  if not found then
    perform private.raise_problem(409, 'DATABASE_STATE_CONFLICT');
  end if;
end
$$;

alter function private.read_connection(uuid) owner to gantry_definer;

comment on function private.read_connection(uuid) is
  'The sealed connection string of an active database and the key that opens it; needs databases.connect and leaves an audit row.';
