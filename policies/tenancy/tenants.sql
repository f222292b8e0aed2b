alter table control_plane.tenants enable row level security;
alter table control_plane.tenants force row level security;
revoke all on control_plane.tenants from public, anon, authenticated, service_role;

create policy tenants_select_members on control_plane.tenants
  for select to authenticated using (tenant_id = any ((select private.tenants_with('tenants.read'))::uuid[]));
comment on policy tenants_select_members on control_plane.tenants is 'Members see all their tenants, suspended ones too.';

create policy tenants_update_managers on control_plane.tenants
  for update to authenticated
  using (tenant_id = (select private.tenant_with('tenants.update')))
  with check (tenant_id = (select private.tenant_with('tenants.update')));
comment on policy tenants_update_managers on control_plane.tenants is
  'With tenants.update, the tenant the request acts in can be renamed; its standing cannot be changed this way.';

create policy tenants_select_worker on control_plane.tenants for select to gantry_worker using (true);
comment on policy tenants_select_worker on control_plane.tenants is 'Scheduled work looks at a tenant''s standing.';

create policy tenants_all_definer on control_plane.tenants for all to gantry_definer using (true) with check (true);
comment on policy tenants_all_definer on control_plane.tenants is 'Policy helpers and tenancy functions keep this table.';

grant select (
  tenant_id, name, slug, display_name, environment, status, personal_user_id, suspended_at, suspended_reason,
  deletion_scheduled_at, created_at, updated_at
) on control_plane.tenants to authenticated;
grant update (slug, display_name, environment) on control_plane.tenants to authenticated;
grant select on control_plane.tenants to gantry_worker;
grant select, insert, update on control_plane.tenants to gantry_definer;
