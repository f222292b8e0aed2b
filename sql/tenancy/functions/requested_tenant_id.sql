create function private.requested_tenant_id(p_user_id uuid) returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_headers jsonb := nullif(pg_catalog.current_setting('request.headers', true), '')::jsonb;
  v_header text := v_headers ->> 'x-tenant-id';
  v_tenant_id uuid;
begin
  if v_headers ? 'x-tenant-id' then
    -- A malformed or doubled header ("a, b") names no tenant. It never falls back to the default:
    -- who wanted one tenant must not act in another.
    if v_header ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then
      return v_header::uuid;
    end if;
    return null;
  end if;

  select u.active_tenant_id into v_tenant_id
  from public.users u
  where u.id = p_user_id;
  return v_tenant_id;
end
$$;

alter function private.requested_tenant_id(uuid) owner to gantry_definer;

comment on function private.requested_tenant_id(uuid) is
  'The tenant a request names in x-tenant-id, else the person''s default. Says nothing about rights.';
