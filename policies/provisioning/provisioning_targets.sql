alter table control_plane.provisioning_targets enable row level security;
alter table control_plane.provisioning_targets force row level security;
revoke all on control_plane.provisioning_targets from public, anon, authenticated, service_role;

create policy provisioning_targets_select_worker on control_plane.provisioning_targets
  for select to gantry_worker using (true);
comment on policy provisioning_targets_select_worker on control_plane.provisioning_targets is
  'The provisioning job reads where it has to work; the admin URL is sealed.';

create policy provisioning_targets_all_definer on control_plane.provisioning_targets
  for all to gantry_definer using (true) with check (true);
comment on policy provisioning_targets_all_definer on control_plane.provisioning_targets is
  'Placing a database picks and locks a target.';

grant select on control_plane.provisioning_targets to gantry_worker;
grant select, update (status) on control_plane.provisioning_targets to gantry_definer;
