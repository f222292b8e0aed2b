create table control_plane.provisioning_targets (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  adapter text not null default 'postgres',
  region text not null,
  host text not null,
  port integer not null default 5432,
  admin_url_encrypted text not null,
  key_version integer not null,
  system_identifier text unique,
  capacity integer not null,
  status text not null default 'active',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint name_is_lower_case_words check (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  constraint region_is_lower_case_words check (region ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  constraint adapter_is_known check (adapter in ('postgres')),
  constraint port_is_a_tcp_port check (port between 1 and 65535),
  constraint capacity_is_positive check (capacity > 0),
  constraint status_is_known check (status in ('active', 'draining', 'disabled'))
);

create trigger set_updated_at before update on control_plane.provisioning_targets
  for each row execute function private.set_updated_at();
create trigger audit_change after insert or update or delete on control_plane.provisioning_targets
  for each row execute function private.audit_change('provisioning_target', 'id');

comment on table control_plane.provisioning_targets is 'Clusters that tenant databases are made on; never the one that holds Gantry.';
comment on column control_plane.provisioning_targets.admin_url_encrypted is 'Sealed under the platform''s data key (nil tenant).';
comment on column control_plane.provisioning_targets.system_identifier is 'The cluster''s own identity, read at registration.';
