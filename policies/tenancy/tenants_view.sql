revoke all on public.tenants from public, anon, authenticated, service_role;

grant select on public.tenants to authenticated;
-- Which columns is decided where the rows live: the view runs with the caller's rights on control_plane.tenants.
grant update on public.tenants to authenticated;
