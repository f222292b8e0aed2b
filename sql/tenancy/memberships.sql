create table public.memberships (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references control_plane.tenants (tenant_id) on delete cascade,
  user_id uuid not null,
  user_is_active boolean not null default true,
  role text not null references public.roles (name) on delete restrict,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id),
  unique (user_id, tenant_id),
  foreign key (user_id, user_is_active) references public.users (id, is_active) on update cascade on delete restrict
);

create index memberships_tenant_id_created_at_idx on public.memberships (tenant_id, created_at, id);
create index memberships_tenant_id_role_idx on public.memberships (tenant_id, role);
create index memberships_user_id_user_is_active_idx on public.memberships (user_id, user_is_active);
create index memberships_role_idx on public.memberships (role);

create trigger set_updated_at before update on public.memberships
  for each row execute function private.set_updated_at();
create trigger guard_membership before update or delete on public.memberships
  for each row execute function private.guard_membership();
create trigger follow_membership_removal after delete on public.memberships
  for each row execute function private.follow_membership_removal();
create trigger audit_change after insert or update or delete on public.memberships
  for each row execute function private.audit_change('membership', 'id');

-- The default tenant of a person is one of their own; when that membership goes, so does the choice.
alter table public.users
  add constraint users_active_tenant_is_a_membership foreign key (id, active_tenant_id)
  references public.memberships (user_id, tenant_id) on delete set null (active_tenant_id);

comment on table public.memberships is 'Who belongs to which tenant, and in which role.';
comment on column public.memberships.user_is_active is
  'Copy of the person''s own flag, kept equal by the foreign key: policies look here and save a join.';
