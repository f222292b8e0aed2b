create table public.environment_types (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid references control_plane.tenants (tenant_id) on delete cascade,
  name text not null,
  slug text not null,
  is_default boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique nulls not distinct (tenant_id, slug),
  constraint name_is_printable_and_short check (
    char_length(name) >= 1 and char_length(name) <= 100 and name !~ '[\x01-\x1f\x7f]'
  ),
  constraint slug_is_lower_case_words check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$')
);

create unique index environment_types_one_default_idx on public.environment_types (tenant_id)
  nulls not distinct where is_default;

create trigger set_updated_at before update on public.environment_types
  for each row execute function private.set_updated_at();
create trigger audit_change after insert or update or delete on public.environment_types
  for each row execute function private.audit_change('environment_type', 'id');

comment on table public.environment_types is
  'Classes of environments a tenant uses; rows without a tenant are the platform''s defaults.';
