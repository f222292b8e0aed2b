create view public.tenant_databases with (security_invoker = true) as
select
  id,
  tenant_id,
  name,
  database_name,
  host,
  port,
  status,
  created_at,
  updated_at
from control_plane.tenant_databases
where deleted_at is null;

comment on view public.tenant_databases is 'The live databases of the tenant the request acts in, without secrets.';
