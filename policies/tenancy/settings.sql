alter table public.settings enable row level security;
alter table public.settings force row level security;
revoke all on public.settings from public, anon, authenticated, service_role;

create policy settings_select_members on public.settings
  for select to authenticated
  using (
    tenant_id = (select private.tenant_with('settings.read'))
    or (tenant_id is null and (select private.caller_id()) is not null)
  );
comment on policy settings_select_members on public.settings is
  'Settings of the tenant the request acts in, with settings.read, and the platform''s defaults.';

create policy settings_insert_managers on public.settings
  for insert to authenticated with check (tenant_id = (select private.tenant_with('settings.manage')));
comment on policy settings_insert_managers on public.settings is 'Settings are added with settings.manage.';

create policy settings_update_managers on public.settings
  for update to authenticated
  using (tenant_id = (select private.tenant_with('settings.manage')))
  with check (tenant_id = (select private.tenant_with('settings.manage')));
comment on policy settings_update_managers on public.settings is 'Settings are changed with settings.manage; defaults are the platform''s.';

create policy settings_delete_managers on public.settings
  for delete to authenticated using (tenant_id = (select private.tenant_with('settings.manage')));
comment on policy settings_delete_managers on public.settings is 'Settings are removed with settings.manage; defaults are the platform''s.';

grant select on public.settings to authenticated;
grant insert (tenant_id, key, value), update (tenant_id, key, value) on public.settings to authenticated;
grant delete on public.settings to authenticated;
