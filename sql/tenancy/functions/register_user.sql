create function private.register_user(p_user_id uuid, p_email text, p_full_name text) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_full_name text := nullif(
    pg_catalog.left(pg_catalog.btrim(pg_catalog.regexp_replace(p_full_name, '[\x01-\x1f\x7f]+', ' ', 'g')), 200), ''
  );
  v_personal_name text := 'personal-' || p_user_id;
  v_tenant_id uuid;
begin
  insert into public.users (id, email, full_name)
  values (p_user_id, p_email, v_full_name)
  on conflict (id) do nothing;

  insert into control_plane.tenants (name, slug, display_name, personal_user_id, created_by)
  values (v_personal_name, v_personal_name, 'Personal', p_user_id, p_user_id)
  on conflict (name) do nothing;

  select t.tenant_id into strict v_tenant_id from control_plane.tenants t where t.personal_user_id = p_user_id;

  insert into public.memberships (tenant_id, user_id, role)
  values (v_tenant_id, p_user_id, 'owner')
  on conflict (user_id, tenant_id) do nothing;

  update public.users u
  set active_tenant_id = v_tenant_id
  where u.id = p_user_id and u.active_tenant_id is null and u.deleted_at is null;
end
$$;

alter function private.register_user(uuid, text, text) owner to gantry_definer;

comment on function private.register_user(uuid, text, text) is
  'Makes a person''s row, personal tenant and membership where they are missing; safe to repeat.';
