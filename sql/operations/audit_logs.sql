create table public.audit_logs (
  id uuid not null default gen_random_uuid(),
  tenant_id uuid,
  action_type text not null,
  action text not null,
  actor_id uuid,
  impersonated_user_id uuid,
  impersonation_session_id uuid,
  resource_type text not null,
  resource_id text,
  old_value jsonb,
  new_value jsonb,
  metadata jsonb not null default '{}',
  ip_address inet,
  user_agent text,
  provider text,
  request_id text,
  created_at timestamptz not null default clock_timestamp(),
  primary key (id, created_at),
  constraint action_type_is_known check (action_type in ('create', 'update', 'delete', 'access')),
  constraint metadata_holds_no_secret check (not private.has_secret_keys(metadata))
) partition by range (created_at);

create index audit_logs_tenant_id_created_at_idx on public.audit_logs (tenant_id, created_at desc, id);
create index audit_logs_actor_id_created_at_idx on public.audit_logs (actor_id, created_at desc);
create index audit_logs_tenant_id_resource_idx on public.audit_logs (tenant_id, resource_type, resource_id);
create index audit_logs_impersonation_session_id_idx on public.audit_logs (impersonation_session_id)
  where impersonation_session_id is not null;

comment on table public.audit_logs is
  'Who did what. Written in the transaction of the change itself; no API role can change or remove a row.';
comment on column public.audit_logs.tenant_id is 'Null for the platform''s own events. No foreign key: the log outlives its tenant.';
