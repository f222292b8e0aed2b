alter table public.role_permissions enable row level security;
alter table public.role_permissions force row level security;
revoke all on public.role_permissions from public, anon, authenticated, service_role;

create policy role_permissions_select_signed_in on public.role_permissions
  for select to authenticated using ((select private.caller_id()) is not null);
comment on policy role_permissions_select_signed_in on public.role_permissions is 'Whoever is signed in may read what roles mean.';

create policy role_permissions_select_definer on public.role_permissions for select to gantry_definer using (true);
comment on policy role_permissions_select_definer on public.role_permissions is 'Policy helpers look up what a role may do.';

grant select on public.role_permissions to authenticated, gantry_definer;
