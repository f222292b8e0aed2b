alter table public.audit_logs enable row level security;
alter table public.audit_logs force row level security;
revoke all on public.audit_logs from public, anon, authenticated, service_role;

create policy audit_logs_select_members on public.audit_logs
  for select to authenticated using (tenant_id = (select private.tenant_with('audit.read')));
comment on policy audit_logs_select_members on public.audit_logs is
  'With audit.read, the log of the tenant the request acts in. Nobody can change it.';

create policy audit_logs_insert_definer on public.audit_logs
  for insert to gantry_definer with check (true);
comment on policy audit_logs_insert_definer on public.audit_logs is 'The audit trigger and function write here; nothing else does.';

grant select on public.audit_logs to authenticated;
grant insert on public.audit_logs to gantry_definer;
