create function private.set_tenant_suspended(p_tenant_id uuid, p_suspended boolean, p_reason text) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant control_plane.tenants;
begin
  perform private.require_permission(p_tenant_id => p_tenant_id, p_permission => 'tenants.suspend');
  select t.* into strict v_tenant from control_plane.tenants t where t.tenant_id = p_tenant_id for no key update;

  if (v_tenant.status = 'suspended') = p_suspended then
    return;
  end if;
  if v_tenant.status = 'inactive' then
    perform private.raise_problem(409, 'TENANT_INACTIVE');
  end if;
  if v_tenant.suspended_by_platform then
    perform private.raise_problem(403, 'SUSPENDED_BY_PLATFORM');
  end if;

  update control_plane.tenants t
  set status = case when p_suspended then 'suspended' else 'active' end,
    suspended_at = case when p_suspended then pg_catalog.now() end,
    suspended_reason = case when p_suspended then p_reason end
  where t.tenant_id = p_tenant_id;
end
$$;

alter function private.set_tenant_suspended(uuid, boolean, text) owner to gantry_definer;

comment on function private.set_tenant_suspended(uuid, boolean, text) is
  'Suspends or resumes a tenant; a trigger queues the same for its databases. Twice is once. 409 TENANT_INACTIVE, 403 SUSPENDED_BY_PLATFORM.';
