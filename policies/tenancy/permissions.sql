alter table public.permissions enable row level security;
alter table public.permissions force row level security;
revoke all on public.permissions from public, anon, authenticated, service_role;

create policy permissions_select_signed_in on public.permissions
  for select to authenticated using ((select private.caller_id()) is not null);
comment on policy permissions_select_signed_in on public.permissions is 'Whoever is signed in may read what roles mean.';

create policy permissions_select_definer on public.permissions for select to gantry_definer using (true);
comment on policy permissions_select_definer on public.permissions is 'Policy helpers look up what a role may do.';

grant select on public.permissions to authenticated, gantry_definer;
