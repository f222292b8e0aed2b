create function private.follow_membership_removal() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The foreign key has already cleared the choice of this tenant; the personal one takes its place.
  update public.users u
  set active_tenant_id = (select t.tenant_id from control_plane.tenants t where t.personal_user_id = u.id)
  where u.id = old.user_id and u.deleted_at is null
    and (u.active_tenant_id is null or u.active_tenant_id = old.tenant_id);

  -- A tenant that nobody belongs to any more has a week before it is removed.
  update control_plane.tenants t
  set status = 'inactive',
    suspended_at = null,
    suspended_reason = null,
    suspended_by_platform = false,
    deletion_scheduled_at = pg_catalog.now() + interval '7 days'
  where t.tenant_id = old.tenant_id
    and not exists (select from public.memberships m where m.tenant_id = old.tenant_id);
  return null;
end
$$;

alter function private.follow_membership_removal() owner to gantry_definer;

comment on function private.follow_membership_removal() is
  'After a membership goes: the person falls back to their personal tenant, and a tenant without members is scheduled for deletion.';
