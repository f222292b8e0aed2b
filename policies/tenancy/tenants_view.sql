revoke all on public.tenants from public, anon, authenticated, service_role;

grant select on public.tenants to authenticated;
grant update (slug, display_name, environment) on public.tenants to authenticated;
