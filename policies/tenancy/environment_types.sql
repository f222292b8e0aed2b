alter table public.environment_types enable row level security;
alter table public.environment_types force row level security;
revoke all on public.environment_types from public, anon, authenticated, service_role;

create policy environment_types_select_members on public.environment_types
  for select to authenticated
  using (
    tenant_id = (select private.tenant_with('settings.read'))
    or (tenant_id is null and (select private.caller_id()) is not null)
  );
comment on policy environment_types_select_members on public.environment_types is
  'Environment types of the tenant the request acts in, with settings.read, and the platform''s defaults.';

create policy environment_types_insert_managers on public.environment_types
  for insert to authenticated with check (tenant_id = (select private.tenant_with('settings.manage')));
comment on policy environment_types_insert_managers on public.environment_types is 'Environment types are added with settings.manage.';

create policy environment_types_update_managers on public.environment_types
  for update to authenticated
  using (tenant_id = (select private.tenant_with('settings.manage')))
  with check (tenant_id = (select private.tenant_with('settings.manage')));
comment on policy environment_types_update_managers on public.environment_types is 'Environment types are changed with settings.manage; defaults are the platform''s.';

create policy environment_types_delete_managers on public.environment_types
  for delete to authenticated using (tenant_id = (select private.tenant_with('settings.manage')));
comment on policy environment_types_delete_managers on public.environment_types is 'Environment types are removed with settings.manage; defaults are the platform''s.';

grant select on public.environment_types to authenticated;
grant insert (tenant_id, name, slug, is_default), update (tenant_id, name, slug, is_default) on public.environment_types to authenticated;
grant delete on public.environment_types to authenticated;
