create view public.tenants with (security_invoker = true) as
select
  tenant_id,
  name,
  slug,
  display_name,
  environment,
  status,
  personal_user_id is not null as is_personal,
  suspended_at,
  suspended_reason,
  deletion_scheduled_at,
  created_at,
  updated_at
from control_plane.tenants;

comment on view public.tenants is 'The tenants the caller is a member of.';
