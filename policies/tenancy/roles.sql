alter table public.roles enable row level security;
alter table public.roles force row level security;
revoke all on public.roles from public, anon, authenticated, service_role;

create policy roles_select_signed_in on public.roles
  for select to authenticated using ((select private.caller_id()) is not null);
comment on policy roles_select_signed_in on public.roles is 'Whoever is signed in may read what roles mean.';

create policy roles_select_definer on public.roles for select to gantry_definer using (true);
comment on policy roles_select_definer on public.roles is 'Policy helpers look up what a role may do.';

grant select on public.roles to authenticated, gantry_definer;
