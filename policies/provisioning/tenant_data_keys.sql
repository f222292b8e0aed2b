alter table control_plane.tenant_data_keys enable row level security;
alter table control_plane.tenant_data_keys force row level security;
revoke all on control_plane.tenant_data_keys from public, anon, authenticated, service_role;

create policy tenant_data_keys_select_worker on control_plane.tenant_data_keys
  for select to gantry_worker using (true);
comment on policy tenant_data_keys_select_worker on control_plane.tenant_data_keys is
  'Scheduled work seals with these keys; they are wrapped under a master key the database does not have.';

create policy tenant_data_keys_insert_worker on control_plane.tenant_data_keys
  for insert to gantry_worker with check (destroyed_at is null);
comment on policy tenant_data_keys_insert_worker on control_plane.tenant_data_keys is 'The first secret of a tenant makes its key.';

create policy tenant_data_keys_select_definer on control_plane.tenant_data_keys
  for select to gantry_definer using (true);
comment on policy tenant_data_keys_select_definer on control_plane.tenant_data_keys is 'Reading a connection hands out the wrapped key.';

grant select on control_plane.tenant_data_keys to gantry_worker, gantry_definer;
grant insert (tenant_id, version, wrapped_key, master_key_id) on control_plane.tenant_data_keys to gantry_worker;
