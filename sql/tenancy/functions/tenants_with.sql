create function private.tenants_with(p_permission text) returns uuid[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant_ids uuid[];
begin
  select coalesce(pg_catalog.array_agg(m.tenant_id), '{}') into v_tenant_ids
  from public.memberships m
  join control_plane.tenants t on t.tenant_id = m.tenant_id
  join public.role_permissions rp on rp.role = m.role and rp.permission = p_permission
  where m.user_id = private.claimed_user_id()
    and m.user_is_active
    and (t.status in ('active', 'pending') or rp.works_while_suspended);
  return v_tenant_ids;
end
$$;

alter function private.tenants_with(text) owner to gantry_definer;

comment on function private.tenants_with(text) is
  'All tenants in which the caller holds the permission, whatever tenant the request acts in.';
