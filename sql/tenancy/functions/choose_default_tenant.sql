create function private.choose_default_tenant(p_tenant_id uuid) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller_id uuid := private.caller_id();
begin
  if p_tenant_id is null or not (p_tenant_id = any (private.tenants_with('tenants.read'))) then
    perform private.raise_problem(404, 'NOT_FOUND');
  end if;
  update public.users u set active_tenant_id = p_tenant_id where u.id = v_caller_id;
exception
  -- The membership went between the check and the write.
  when foreign_key_violation then
    perform private.raise_problem(404, 'NOT_FOUND');
end
$$;

alter function private.choose_default_tenant(uuid) owner to gantry_definer;

comment on function private.choose_default_tenant(uuid) is
  'Makes one of the caller''s tenants the one that requests act in when they name none.';
