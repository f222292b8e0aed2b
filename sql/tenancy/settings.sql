create table public.settings (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid references control_plane.tenants (tenant_id) on delete cascade,
  key text not null,
  value jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique nulls not distinct (tenant_id, key),
  constraint key_is_a_dotted_path check (key ~ '^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$' and char_length(key) <= 255),
  constraint value_is_small check (octet_length(value::text) <= 65536),
  constraint value_holds_no_secret check (not private.has_secret_keys(jsonb_build_object(key, value)))
);

create trigger set_updated_at before update on public.settings
  for each row execute function private.set_updated_at();
create trigger audit_change after insert or update or delete on public.settings
  for each row execute function private.audit_change('setting', 'id');

comment on table public.settings is
  'Configuration of a tenant; rows without a tenant are the platform''s defaults. Secrets do not belong here.';
