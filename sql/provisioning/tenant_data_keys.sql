create table control_plane.tenant_data_keys (
  tenant_id uuid not null,
  version integer not null,
  wrapped_key bytea,
  master_key_id text not null,
  created_at timestamptz not null default now(),
  destroyed_at timestamptz,
  primary key (tenant_id, version),
  constraint version_counts_from_one check (version >= 1),
  constraint destroyed_keys_are_gone check ((destroyed_at is null) = (wrapped_key is not null))
);

comment on table control_plane.tenant_data_keys is
  'Data keys, wrapped under a master key that is not in the database. The nil tenant holds the platform''s own.';
comment on column control_plane.tenant_data_keys.tenant_id is
  'No foreign key: the nil uuid is no tenant, and a destroyed key is evidence that outlives its tenant.';
