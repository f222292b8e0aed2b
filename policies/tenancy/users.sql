alter table public.users enable row level security;
alter table public.users force row level security;
revoke all on public.users from public, anon, authenticated, service_role;

create policy users_select_colleagues on public.users
  for select to authenticated using (id = any ((select private.visible_user_ids())::uuid[]));
comment on policy users_select_colleagues on public.users is
  'People see themselves and, with members.read, the members of the tenant they act in.';

create policy users_update_self on public.users
  for update to authenticated
  using (id = (select private.caller_id()))
  with check (id = (select private.caller_id()));
comment on policy users_update_self on public.users is 'People change their own name, and nothing else.';

create policy users_all_definer on public.users for all to gantry_definer using (true) with check (true);
comment on policy users_all_definer on public.users is 'Policy helpers and sign-up keep this table.';

grant select (id, email, full_name, is_active, active_tenant_id, created_at, updated_at) on public.users to authenticated;
grant update (full_name) on public.users to authenticated;
grant select, insert, update on public.users to gantry_definer;
