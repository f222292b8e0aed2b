revoke all on public.tenant_databases from public, anon, authenticated, service_role;

grant select on public.tenant_databases to authenticated;
