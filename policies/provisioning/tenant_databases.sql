alter table control_plane.tenant_databases enable row level security;
alter table control_plane.tenant_databases force row level security;
revoke all on control_plane.tenant_databases from public, anon, authenticated, service_role;

create policy tenant_databases_select_members on control_plane.tenant_databases
  for select to authenticated using (tenant_id = (select private.tenant_with('databases.read')));
comment on policy tenant_databases_select_members on control_plane.tenant_databases is
  'With databases.read, the databases of the tenant the request acts in; no secret column is granted.';

create policy tenant_databases_all_worker on control_plane.tenant_databases
  for all to gantry_worker using (true) with check (true);
comment on policy tenant_databases_all_worker on control_plane.tenant_databases is 'The provisioning job keeps the rows true.';

create policy tenant_databases_all_definer on control_plane.tenant_databases
  for all to gantry_definer using (true) with check (true);
comment on policy tenant_databases_all_definer on control_plane.tenant_databases is
  'Requesting and following operations write here.';

grant select (id, tenant_id, name, database_name, host, port, status, deleted_at, created_at, updated_at)
  on control_plane.tenant_databases to authenticated;
grant select on control_plane.tenant_databases to gantry_worker;
grant update (connection_string_encrypted, key_version, status, is_suspended_with_tenant, deleted_at)
  on control_plane.tenant_databases to gantry_worker;
grant select, insert, update on control_plane.tenant_databases to gantry_definer;
