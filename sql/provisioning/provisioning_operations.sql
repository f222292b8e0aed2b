create table public.provisioning_operations (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  database_id uuid not null,
  kind text not null,
  status text not null default 'pending',
  step text,
  progress jsonb not null default '{"current": 0, "total": 0, "percentage": 0, "message": ""}',
  error_code text,
  error_message text,
  attempts integer not null default 0,
  requested_by uuid references public.users (id) on delete restrict,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  updated_at timestamptz not null default now(),
  unique (tenant_id, id),
  foreign key (tenant_id, database_id) references control_plane.tenant_databases (tenant_id, id) on delete cascade,
  constraint kind_is_known check (kind in ('create', 'delete', 'suspend', 'resume')),
  constraint status_is_known check (status in ('pending', 'running', 'succeeded', 'failed', 'cancelled')),
  constraint finished_at_only_when_ended check (
    (status in ('succeeded', 'failed', 'cancelled')) = (finished_at is not null)
  ),
  constraint error_code_when_failed check (status <> 'failed' or error_code is not null),
  constraint error_message_is_short check (char_length(error_message) <= 2000)
);

-- The lock of provisioning: one operation of a tenant at a time, whoever asks and however often.
create unique index provisioning_operations_one_at_a_time_idx on public.provisioning_operations (tenant_id)
  where status in ('pending', 'running');
create index provisioning_operations_tenant_id_created_at_idx
  on public.provisioning_operations (tenant_id, created_at desc, id);
create index provisioning_operations_database_idx on public.provisioning_operations (tenant_id, database_id);
create index provisioning_operations_requested_by_idx on public.provisioning_operations (requested_by);

create trigger set_updated_at before update on public.provisioning_operations
  for each row execute function private.set_updated_at();
create trigger audit_change after insert or update or delete on public.provisioning_operations
  for each row execute function private.audit_change('provisioning_operation', 'id');

comment on table public.provisioning_operations is
  'Long work on tenant databases, with the step it is at; clients watch the row until it has ended.';
