create table control_plane.tenants (
  tenant_id uuid primary key default gen_random_uuid(),
  name text not null unique,
  slug text not null unique,
  display_name text not null,
  environment text not null default 'development',
  status text not null default 'active',
  personal_user_id uuid unique references public.users (id) on delete restrict,
  suspended_at timestamptz,
  suspended_reason text,
  suspended_by_platform boolean not null default false,
  deletion_scheduled_at timestamptz,
  created_by uuid references public.users (id) on delete restrict,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint name_is_lower_case_words check (name ~ '^[a-z0-9]([a-z0-9_-]{0,253}[a-z0-9])?$'),
  constraint slug_is_lower_case_words check (slug ~ '^[a-z0-9]([a-z0-9-]{0,253}[a-z0-9])?$'),
  constraint display_name_is_printable_and_short check (
    char_length(display_name) >= 1 and char_length(display_name) <= 200 and display_name !~ '[\x01-\x1f\x7f]'
  ),
  constraint personal_names_belong_to_personal_tenants check (
    case
      when personal_user_id is null then name !~ '^personal-' and slug !~ '^personal-'
      else name = 'personal-' || personal_user_id and (slug = name or slug !~ '^personal-')
    end
  ),
  constraint environment_is_known check (environment in ('development', 'staging', 'production')),
  constraint status_is_known check (status in ('active', 'inactive', 'suspended', 'pending')),
  constraint suspended_at_only_when_suspended check ((status = 'suspended') = (suspended_at is not null)),
  constraint suspended_reason_only_when_suspended check (
    suspended_at is not null or (suspended_reason is null and not suspended_by_platform)
  ),
  constraint suspended_reason_is_short check (char_length(suspended_reason) <= 500),
  constraint deletion_only_of_inactive_tenants check (deletion_scheduled_at is null or status = 'inactive')
);

create index tenants_status_idx on control_plane.tenants (status);
create index tenants_created_by_idx on control_plane.tenants (created_by);
create index tenants_deletion_scheduled_at_idx on control_plane.tenants (deletion_scheduled_at)
  where deletion_scheduled_at is not null;

create trigger set_updated_at before update on control_plane.tenants
  for each row execute function private.set_updated_at();
create trigger follow_standing after update of status on control_plane.tenants
  for each row when (old.status is distinct from new.status)
  execute function private.follow_standing();
create trigger audit_change after insert or update or delete on control_plane.tenants
  for each row execute function private.audit_change('tenant', 'tenant_id');

comment on table control_plane.tenants is 'Tenants: the unit of isolation, of membership and of billing.';
comment on column control_plane.tenants.name is 'Unique name for machines; whether one is taken is a listed exception to secrecy.';
comment on column control_plane.tenants.personal_user_id is 'Set for the tenant each person gets at sign-up.';
comment on column control_plane.tenants.suspended_by_platform is 'A member cannot resume what the platform suspended.';
comment on column control_plane.tenants.deletion_scheduled_at is 'After this moment the tenant may be removed for good.';
