create function private.place_database(p_tenant_id uuid, p_name text, p_region text) returns uuid
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name text := coalesce(p_name, 'main');
  v_database_id uuid := pg_catalog.gen_random_uuid();
  v_hex text := pg_catalog.replace(v_database_id::text, '-', '');
  v_existing control_plane.tenant_databases;
  v_target control_plane.provisioning_targets;
begin
  -- Who calls this holds the tenant's row, so the second of two requests sees the first one's database.
  select d.* into v_existing
  from control_plane.tenant_databases d
  where d.tenant_id = p_tenant_id and d.name = v_name and d.deleted_at is null;
  if found then
    -- A creation that failed is taken up again on the same row, and so on the same names at the target.
    if v_existing.status in ('error', 'migrating') then
      return v_existing.id;
    end if;
    perform private.raise_problem(409, 'DATABASE_NAME_TAKEN');
  end if;

  select pt.* into v_target
  from control_plane.provisioning_targets pt
  where pt.status = 'active'
    and (p_region is null or pt.region = p_region)
    and pt.capacity > (
      select pg_catalog.count(*) from control_plane.tenant_databases d where d.target_id = pt.id and d.deleted_at is null
    )
  order by pg_catalog.random()
  limit 1
  for no key update;
  if not found then
    perform private.raise_problem(409, 'NO_TARGET_AVAILABLE');
  end if;
  -- The count above may be older than the lock; now that we hold it, it is not.
  if v_target.capacity <= (
    select pg_catalog.count(*) from control_plane.tenant_databases d
    where d.target_id = v_target.id and d.deleted_at is null
  ) then
    perform private.raise_problem(409, 'NO_TARGET_AVAILABLE');
  end if;

  insert into control_plane.tenant_databases (id, tenant_id, target_id, name, database_name, role_name, host, port)
  values (
    v_database_id, p_tenant_id, v_target.id, v_name, 'db_' || v_hex, 'tenant_' || v_hex, v_target.host, v_target.port
  );
  return v_database_id;
end
$$;

alter function private.place_database(uuid, text, text) owner to gantry_definer;

comment on function private.place_database(uuid, text, text) is
  'Picks a target with room and writes down the database that will be made there. 409 DATABASE_NAME_TAKEN or NO_TARGET_AVAILABLE.';
