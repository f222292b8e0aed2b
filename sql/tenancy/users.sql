create table public.users (
  id uuid primary key,
  email text,
  full_name text,
  is_active boolean not null default true,
  active_tenant_id uuid,
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, is_active),
  constraint deleted_users_keep_nothing_personal check (
    deleted_at is null
    or (email is null and full_name is null and active_tenant_id is null and not is_active)
  ),
  constraint full_name_is_printable_and_short check (
    char_length(full_name) >= 1 and char_length(full_name) <= 200 and full_name !~ '[\x01-\x1f\x7f]'
  )
);

create index users_id_active_tenant_id_idx on public.users (id, active_tenant_id);

create trigger set_updated_at before update on public.users
  for each row execute function private.set_updated_at();
create trigger audit_change after insert or update or delete on public.users
  for each row execute function private.audit_change('user', 'id');

comment on table public.users is
  'One row for each person, mirrored from Supabase Auth. Kept, without personal data, after the person has gone.';
comment on column public.users.id is 'Equal to auth.users.id; no foreign key, because the row outlives the auth user.';
comment on column public.users.email is 'Copy of the auth user''s e-mail; absent for phone sign-ups and not unique.';
comment on column public.users.active_tenant_id is 'Tenant of requests that name none; always one the person is a member of.';
