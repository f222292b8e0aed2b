create function private.request_database_operation(
  p_kind text,
  p_tenant_id uuid,
  p_database_id uuid default null,
  p_name text default null,
  p_region text default null,
  p_operation_id uuid default null
) returns uuid
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_database control_plane.tenant_databases;
begin
  perform private.require_permission(p_tenant_id => p_tenant_id, p_permission => 'databases.manage');

  -- Requests of a tenant take turns, so that one that was sent again sees what the first one did.
  perform from control_plane.tenants t where t.tenant_id = p_tenant_id for no key update;
  if exists (
    select from public.provisioning_operations o
    where o.id = p_operation_id
      and o.tenant_id = p_tenant_id
      and o.kind = p_kind
      and o.requested_by = private.caller_id()
      and (p_database_id is null or o.database_id = p_database_id)
  ) then
    return p_operation_id;
  end if;

  if p_kind = 'create' then
    return private.open_operation(
      p_kind => 'create',
      p_tenant_id => p_tenant_id,
      p_database_id => private.place_database(p_tenant_id => p_tenant_id, p_name => p_name, p_region => p_region),
      p_operation_id => p_operation_id
    );
  end if;

  select d.* into v_database
  from control_plane.tenant_databases d
  where d.tenant_id = p_tenant_id and d.id = p_database_id and d.deleted_at is null;
  if not found then
    perform private.raise_problem(404, 'NOT_FOUND');
  end if;
  -- From error too: a suspend or resume that failed is taken up again by asking once more.
  if (p_kind = 'suspend' and v_database.status not in ('active', 'error'))
    or (p_kind = 'resume' and v_database.status not in ('inactive', 'error'))
    or (p_kind <> 'delete' and v_database.connection_string_encrypted is null)
  then
    perform private.raise_problem(409, 'DATABASE_STATE_CONFLICT', 'The database is ' || v_database.status || '.');
  end if;
  return private.open_operation(
    p_kind => p_kind,
    p_tenant_id => p_tenant_id,
    p_database_id => p_database_id,
    p_operation_id => p_operation_id
  );
end
$$;

alter function private.request_database_operation(text, uuid, uuid, text, text, uuid) owner to gantry_definer;

comment on function private.request_database_operation(text, uuid, uuid, text, text, uuid) is
  'Asks for a database to be made, deleted, suspended or resumed; needs databases.manage. Returns the operation to watch; with an operation id, once for each id.';
