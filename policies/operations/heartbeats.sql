alter table control_plane.heartbeats enable row level security;
alter table control_plane.heartbeats force row level security;
revoke all on control_plane.heartbeats from public, anon, authenticated, service_role;

create policy heartbeats_select_worker on control_plane.heartbeats for select to gantry_worker using (true);
comment on policy heartbeats_select_worker on control_plane.heartbeats is 'The alarm about a scheduler that stands still.';

create policy heartbeats_all_definer on control_plane.heartbeats for all to gantry_definer using (true) with check (true);
comment on policy heartbeats_all_definer on control_plane.heartbeats is 'Noting a good run, by a function of its own.';

grant select on control_plane.heartbeats to gantry_worker;
grant select, insert, update on control_plane.heartbeats to gantry_definer;
