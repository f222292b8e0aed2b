create table control_plane.tenant_databases (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references control_plane.tenants (tenant_id) on delete cascade,
  target_id uuid not null references control_plane.provisioning_targets (id) on delete restrict,
  name text not null default 'main',
  connection_string_encrypted text,
  key_version integer,
  database_name varchar(255) not null,
  role_name text not null,
  host varchar(255) not null,
  port integer not null default 5432,
  status text not null default 'migrating',
  is_suspended_with_tenant boolean not null default false,
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id),
  unique (target_id, database_name),
  constraint name_is_lower_case_words check (name ~ '^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$'),
  constraint status_is_known check (status in ('active', 'inactive', 'migrating', 'error')),
  constraint deleted_databases_are_inactive check (deleted_at is null or status = 'inactive'),
  constraint deleted_databases_keep_no_secret check (deleted_at is null or connection_string_encrypted is null),
  constraint sealed_values_name_their_key check ((connection_string_encrypted is null) = (key_version is null)),
  constraint active_databases_can_be_reached check (status <> 'active' or connection_string_encrypted is not null)
);

create index tenant_databases_status_idx on control_plane.tenant_databases (status);
create unique index tenant_databases_one_live_of_a_name_idx on control_plane.tenant_databases (tenant_id, name)
  where deleted_at is null;

create trigger set_updated_at before update on control_plane.tenant_databases
  for each row execute function private.set_updated_at();
create trigger guard_live_database before delete on control_plane.tenant_databases
  for each row execute function private.guard_live_database();
create trigger audit_change after insert or update or delete on control_plane.tenant_databases
  for each row execute function private.audit_change('database', 'id');

comment on table control_plane.tenant_databases is 'The databases of each tenant. A row whose database is gone stays, with deleted_at.';
comment on column control_plane.tenant_databases.is_suspended_with_tenant is
  'True when the tenant''s suspension closed it; only then does resuming the tenant open it again.';
comment on column control_plane.tenant_databases.connection_string_encrypted is
  'Sealed with the tenant''s data key; stored before the role exists, so that a killed worker never loses a password.';
