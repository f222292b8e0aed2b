create function private.create_tenant(
  p_name text,
  p_display_name text,
  p_environment text,
  p_operation_id uuid default null
) returns uuid
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller_id uuid := private.caller_id();
  v_tenant_id uuid := coalesce(p_operation_id, pg_catalog.gen_random_uuid());
  v_slug text := pg_catalog.replace(p_name, '_', '-');
begin
  if v_caller_id is null then
    perform private.raise_problem(403, 'FORBIDDEN');
  end if;
  if exists (select from control_plane.tenants t where t.slug = v_slug) then
    v_slug := pg_catalog.left(v_slug, 240) || '-' || pg_catalog.left(v_tenant_id::text, 8);
  end if;

  insert into control_plane.tenants (tenant_id, name, slug, display_name, environment, created_by)
  values (
    v_tenant_id, p_name, v_slug, coalesce(p_display_name, p_name), coalesce(p_environment, 'development'), v_caller_id
  )
  on conflict do nothing;
  if not found then
    -- The same request, taken up again after nobody heard how it ended: the tenant it made bears its id.
    if exists (select from control_plane.tenants t where t.tenant_id = v_tenant_id and t.created_by = v_caller_id) then
      return v_tenant_id;
    end if;
    perform private.raise_problem(409, 'TENANT_NAME_TAKEN');
  end if;

  insert into public.memberships (tenant_id, user_id, role) values (v_tenant_id, v_caller_id, 'owner');
  return v_tenant_id;
end
$$;

alter function private.create_tenant(text, text, text, uuid) owner to gantry_definer;

comment on function private.create_tenant(text, text, text, uuid) is
  'Makes a tenant and its first owner, the caller, or neither; with an operation id, once for each id. 409 TENANT_NAME_TAKEN when the name is in use.';
