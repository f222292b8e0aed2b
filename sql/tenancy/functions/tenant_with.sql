create function private.tenant_with(p_permission text) returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_claims jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
  v_headers jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
  v_user_id uuid;
  v_tenant_id uuid;
begin
  -- Runs once in every statement of every client, so it is written for speed: plpgsql, because a definer function in
  -- language sql is planned anew each time, and without calling private.claimed_user_id(), which says the same.
  if v_claims @> '{"role": "authenticated", "aud": "authenticated"}'
    and v_claims -> 'is_anonymous' is distinct from 'true'::jsonb
    and pg_input_is_valid(v_claims ->> 'sub', 'uuid')
  then
    v_user_id := v_claims ->> 'sub';
  else
    return null;
  end if;

  if v_headers ? 'x-tenant-id' then
    -- A malformed or doubled header ("a, b") names no tenant. It never falls back to the default:
    -- who wanted one tenant must not act in another.
    if not pg_input_is_valid(v_headers ->> 'x-tenant-id', 'uuid') then
      return null;
    end if;
    v_tenant_id := v_headers ->> 'x-tenant-id';
  else
    select u.active_tenant_id into v_tenant_id from public.users u where u.id = v_user_id;
  end if;

  select m.tenant_id into v_tenant_id
  from public.memberships m
  join control_plane.tenants t on t.tenant_id = m.tenant_id
  join public.role_permissions rp on rp.role = m.role and rp.permission = p_permission
  where m.user_id = v_user_id
    and m.tenant_id = v_tenant_id
    and m.user_is_active
    and (t.status in ('active', 'pending') or rp.works_while_suspended);
  return v_tenant_id;
end
$$;

alter function private.tenant_with(text) owner to gantry_definer;

comment on function private.tenant_with(text) is
  'The tenant this request acts in, if the caller''s role there holds the permission and the tenant is in good standing; else null. Policies compare tenant_id with (select private.tenant_with(...)).';
