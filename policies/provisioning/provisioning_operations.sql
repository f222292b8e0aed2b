alter table public.provisioning_operations enable row level security;
alter table public.provisioning_operations force row level security;
revoke all on public.provisioning_operations from public, anon, authenticated, service_role;

create policy provisioning_operations_select_members on public.provisioning_operations
  for select to authenticated using (tenant_id = (select private.tenant_with('databases.read')));
comment on policy provisioning_operations_select_members on public.provisioning_operations is
  'With databases.read, the operations of the tenant the request acts in.';

create policy provisioning_operations_all_worker on public.provisioning_operations
  for all to gantry_worker using (true) with check (true);
comment on policy provisioning_operations_all_worker on public.provisioning_operations is
  'The provisioning job writes down how far it is.';

create policy provisioning_operations_all_definer on public.provisioning_operations
  for all to gantry_definer using (true) with check (true);
comment on policy provisioning_operations_all_definer on public.provisioning_operations is
  'Opening an operation and ending one whose job died.';

grant select on public.provisioning_operations to authenticated, gantry_worker;
grant update (status, step, progress, error_code, error_message, attempts, started_at, finished_at)
  on public.provisioning_operations to gantry_worker;
grant select, insert, update on public.provisioning_operations to gantry_definer;
