alter table control_plane.job_schedules enable row level security;
alter table control_plane.job_schedules force row level security;
revoke all on control_plane.job_schedules from public, anon, authenticated, service_role;

create policy job_schedules_select_worker on control_plane.job_schedules for select to gantry_worker using (true);
comment on policy job_schedules_select_worker on control_plane.job_schedules is 'The alarm about missed runs.';

create policy job_schedules_all_definer on control_plane.job_schedules
  for all to gantry_definer using (true) with check (true);
comment on policy job_schedules_all_definer on control_plane.job_schedules is 'Registering and firing, by functions of their own.';

grant select on control_plane.job_schedules to gantry_worker;
grant select, insert, update on control_plane.job_schedules to gantry_definer;
