alter table public.memberships enable row level security;
alter table public.memberships force row level security;
revoke all on public.memberships from public, anon, authenticated, service_role;

create policy memberships_select_members on public.memberships
  for select to authenticated
  using (tenant_id = (select private.tenant_with('members.read')) or user_id = (select private.caller_id()));
comment on policy memberships_select_members on public.memberships is
  'People see their own memberships and, with members.read, those of the tenant they act in.';

create policy memberships_update_managers on public.memberships
  for update to authenticated
  using (tenant_id = (select private.tenant_with('members.manage')))
  with check (tenant_id = (select private.tenant_with('members.manage')));
comment on policy memberships_update_managers on public.memberships is
  'With members.manage, roles up to one''s own can be changed; a trigger guards rank and the last owner.';

create policy memberships_delete_managers on public.memberships
  for delete to authenticated
  using (tenant_id = (select private.tenant_with('members.manage')) or user_id = (select private.caller_id()));
comment on policy memberships_delete_managers on public.memberships is
  'With members.manage, members can be removed; everybody can leave. A trigger guards rank and the last owner.';

create policy memberships_all_definer on public.memberships for all to gantry_definer using (true) with check (true);
comment on policy memberships_all_definer on public.memberships is 'Policy helpers and tenancy functions keep this table.';

grant select on public.memberships to authenticated;
grant update (role) on public.memberships to authenticated;
grant delete on public.memberships to authenticated;
grant select, insert on public.memberships to gantry_definer;
