-- Rows that the code relies on. Written by hand: a schema diff does not carry data.
insert into public.roles (name, rank, description) values
  ('viewer', 10, 'Sees the tenant''s resources.'),
  ('developer', 20, 'Uses the tenant''s resources, databases included.'),
  ('admin', 30, 'Manages resources, members and settings.'),
  ('owner', 40, 'Holds everything, suspending the tenant included.');

insert into public.permissions (name, description, works_while_suspended) values
  ('tenants.read', 'See the tenant.', true),
  ('tenants.update', 'Change the tenant''s display name, slug and environment.', false),
  ('tenants.suspend', 'Suspend and resume the tenant.', true),
  ('members.read', 'See who is a member.', true),
  ('members.manage', 'Change roles and remove members.', false),
  ('settings.read', 'Read settings and environment types.', false),
  ('settings.manage', 'Change settings and environment types.', false),
  ('databases.read', 'See databases and the operations on them.', false),
  ('databases.manage', 'Create, suspend, resume and delete databases.', false),
  ('databases.connect', 'Read a database''s connection string.', false),
  ('jobs.read', 'See background jobs.', false),
  ('jobs.manage', 'Cancel background jobs and run failed ones again.', false),
  ('audit.read', 'Read the audit log.', true);

insert into public.role_permissions (role, permission, works_while_suspended)
select r.name, p.name, p.works_while_suspended
from public.roles r
join public.permissions p on
  r.name = 'owner'
  or (r.name = 'admin' and p.name <> 'tenants.suspend')
  or (r.name = 'developer' and (p.name like '%.read' and p.name <> 'audit.read' or p.name = 'databases.connect'))
  or (r.name = 'viewer' and p.name in ('tenants.read', 'members.read', 'settings.read', 'databases.read', 'jobs.read'));

insert into public.environment_types (tenant_id, name, slug, is_default) values
  (null, 'Development', 'dev', true),
  (null, 'Staging', 'staging', false),
  (null, 'Production', 'production', false);

insert into private.audit_columns (table_name, column_name, treatment)
select 'public.users', c, 'value' from unnest(array['id', 'is_active', 'active_tenant_id', 'deleted_at', 'created_at']) c
union all select 'public.users', c, 'changed' from unnest(array['email', 'full_name']) c
union all select 'control_plane.tenants', c, 'value' from unnest(array[
  'tenant_id', 'name', 'slug', 'display_name', 'environment', 'status', 'personal_user_id', 'suspended_at',
  'suspended_reason', 'suspended_by_platform', 'deletion_scheduled_at', 'created_by', 'created_at'
]) c
union all select 'public.memberships', c, 'value' from unnest(array['id', 'tenant_id', 'user_id', 'role', 'created_at']) c
union all select 'public.settings', c, 'value' from unnest(array['id', 'tenant_id', 'key', 'created_at']) c
union all select 'public.settings', 'value', 'changed'
union all select 'public.environment_types', c, 'value' from unnest(array[
  'id', 'tenant_id', 'name', 'slug', 'is_default', 'created_at'
]) c
union all select 'control_plane.system_config', 'key', 'value'
union all select 'control_plane.system_config', 'value', 'changed'
union all select 'control_plane.provisioning_targets', c, 'value' from unnest(array[
  'id', 'name', 'adapter', 'region', 'host', 'port', 'key_version', 'system_identifier', 'capacity', 'status', 'created_at'
]) c
union all select 'control_plane.provisioning_targets', 'admin_url_encrypted', 'changed'
union all select 'control_plane.tenant_databases', c, 'value' from unnest(array[
  'id', 'tenant_id', 'target_id', 'name', 'key_version', 'database_name', 'role_name', 'host', 'port', 'status',
  'is_suspended_with_tenant', 'deleted_at', 'created_at'
]) c
union all select 'control_plane.tenant_databases', 'connection_string_encrypted', 'changed'
union all select 'public.provisioning_operations', c, 'value' from unnest(array[
  'id', 'tenant_id', 'database_id', 'kind', 'status', 'error_code', 'requested_by', 'created_at', 'finished_at'
]) c
union all select 'public.provisioning_operations', 'error_message', 'changed'
union all select 'public.provisioning_operations', c, 'ignored'
  from unnest(array['step', 'progress', 'attempts', 'started_at']) c
union all select 'public.memberships', 'user_is_active', 'ignored'
union all select t, 'updated_at', 'ignored' from unnest(array[
  'public.users', 'control_plane.tenants', 'public.memberships', 'public.settings', 'public.environment_types',
  'control_plane.system_config', 'control_plane.provisioning_targets', 'control_plane.tenant_databases',
  'public.provisioning_operations'
]) t;

select private.ensure_audit_partitions(p_months_ahead => 3);

insert into control_plane.tenants (name, slug, display_name, environment, status)
values ('system_admin', 'system-admin', 'System administration', 'production', 'active');

-- Due at once: the first wake-up finds something to do.
insert into control_plane.job_schedules (name, cron, job_type, catch_up, next_run_at, alarm_at)
values (
  'operations.maintain', '0 * * * *', 'operations.maintain', 'run_once',
  date_trunc('hour', now()), date_trunc('hour', now()) + interval '2 hours'
);
