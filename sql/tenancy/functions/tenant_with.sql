create function private.tenant_with(p_permission text) returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := private.claimed_user_id();
  v_tenant_id uuid;
begin
  if v_user_id is null then
    return null;
  end if;

  -- plpgsql, not sql: a definer function in language sql is planned anew by each statement.
  select m.tenant_id into v_tenant_id
  from public.memberships m
  join public.users u on u.id = m.user_id
  join control_plane.tenants t on t.tenant_id = m.tenant_id
  join public.role_permissions rp on rp.role = m.role
  join public.permissions p on p.name = rp.permission
  where m.user_id = v_user_id
    and m.tenant_id = private.requested_tenant_id(v_user_id)
    and rp.permission = p_permission
    and u.is_active
    and (t.status in ('active', 'pending') or p.works_while_suspended);
  return v_tenant_id;
end
$$;

alter function private.tenant_with(text) owner to gantry_definer;

comment on function private.tenant_with(text) is
  'The tenant this request acts in, if the caller''s role there holds the permission and the tenant is in good standing; else null. Policies compare tenant_id with (select private.tenant_with(...)).';
