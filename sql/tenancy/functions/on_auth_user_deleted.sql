create function private.on_auth_user_deleted() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant_id uuid;
begin
  -- Memberships are locked before the person, as everybody does who removes a member, so that none waits in a ring.
  perform from public.memberships m where m.user_id = old.id order by m.tenant_id for no key update;
  update public.users u
  set deleted_at = pg_catalog.now(), is_active = false, email = null, full_name = null, active_tenant_id = null
  where u.id = old.id;

  -- In the order of tenants, so that two people who leave the same ones never wait for each other in a ring.
  for v_tenant_id in
    select m.tenant_id from public.memberships m where m.user_id = old.id order by m.tenant_id
  loop
    delete from public.memberships m where m.user_id = old.id and m.tenant_id = v_tenant_id;
  end loop;
  update control_plane.tenants t
  set display_name = 'Personal', slug = t.name
  where t.personal_user_id = old.id;
  return old;
end
$$;

create trigger gantry_user_deleted before delete on auth.users
  for each row execute function private.on_auth_user_deleted();

comment on function private.on_auth_user_deleted() is
  'Clears a leaving person''s data and memberships. Refused while they are the last owner of a tenant with other members.';
