create function private.follow_tenant(p_tenant_id uuid) returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_open boolean;
  v_database control_plane.tenant_databases;
begin
  select t.status in ('active', 'pending') into v_is_open
  from control_plane.tenants t where t.tenant_id = p_tenant_id for no key update;
  if not found then
    return true;
  end if;
  if exists (
    select from public.provisioning_operations o
    where o.tenant_id = p_tenant_id and o.status in ('pending', 'running')
  ) then
    return false;
  end if;

  select d.* into v_database
  from control_plane.tenant_databases d
  where d.tenant_id = p_tenant_id
    and d.deleted_at is null
    -- One that has just failed for good gets a pause, not an operation every other second.
    and not exists (
      select from public.provisioning_operations o
      where o.tenant_id = d.tenant_id and o.database_id = d.id and o.kind in ('suspend', 'resume')
        and o.status = 'failed' and o.finished_at > now() - interval '5 minutes'
    )
    and case
      when v_is_open then d.status = 'inactive' and d.is_suspended_with_tenant
      -- In error, the login at the target may still be open, whatever it was that failed.
      else d.status in ('active', 'error') and d.connection_string_encrypted is not null
    end
  order by d.id
  limit 1;
  if not found then
    return v_is_open or not exists (
      select from control_plane.tenant_databases d
      where d.tenant_id = p_tenant_id and d.deleted_at is null
        and d.status in ('active', 'error') and d.connection_string_encrypted is not null
    );
  end if;

  update control_plane.tenant_databases d
  set is_suspended_with_tenant = not v_is_open and d.status = 'active'
  where d.id = v_database.id;
  perform private.open_operation(
    p_kind => case when v_is_open then 'resume' else 'suspend' end,
    p_tenant_id => p_tenant_id,
    p_database_id => v_database.id
  );
  return false;
end
$$;

alter function private.follow_tenant(uuid) owner to gantry_definer;

comment on function private.follow_tenant(uuid) is
  'Closes or opens the next database that does not agree with its tenant''s standing. True when all of them do.';
