create function private.require_permission(p_tenant_id uuid, p_permission text) returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if private.tenant_with(p_permission) is not distinct from p_tenant_id and p_tenant_id is not null then
    return;
  end if;
  -- Only a member may learn that the tenant exists; to everybody else it looks like a missing one.
  if p_tenant_id = any (private.tenants_with('tenants.read')) then
    perform private.raise_problem(403, 'FORBIDDEN');
  end if;
  perform private.raise_problem(404, 'NOT_FOUND');
end
$$;

alter function private.require_permission(uuid, text) owner to gantry_definer;

comment on function private.require_permission(uuid, text) is
  'Returns if the request acts in this tenant with the permission; else 403 FORBIDDEN for its members and 404 NOT_FOUND for all others.';
