create table public.background_jobs (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid references control_plane.tenants (tenant_id) on delete cascade,
  job_type text not null,
  status text not null default 'pending',
  resource_type text,
  resource_id uuid,
  payload jsonb not null default '{}',
  progress jsonb not null default '{"current": 0, "total": 0, "percentage": 0, "message": ""}',
  metadata jsonb not null default '{}',
  dedupe_key text,
  available_at timestamptz not null default now(),
  attempts integer not null default 0,
  max_attempts integer not null default 10,
  fence bigint not null default 0,
  worker text,
  error_code text,
  error_message text,
  requested_by uuid references public.users (id) on delete restrict,
  request_id text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  completed_at timestamptz,
  updated_at timestamptz not null default now(),
  unique (tenant_id, id),
  constraint status_is_known check (status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
  constraint worker_only_while_running check ((status = 'running') = (worker is not null)),
  constraint completed_at_only_when_ended check (
    (status in ('completed', 'failed', 'cancelled')) = (completed_at is not null)
  ),
  constraint error_code_when_failed check (status <> 'failed' or error_code is not null),
  constraint attempts_stay_within_bounds check (attempts >= 0 and max_attempts between 1 and 100),
  constraint error_message_is_short check (char_length(error_message) <= 2000),
  constraint payload_is_small check (octet_length(payload::text) <= 65536),
  constraint payload_holds_no_secret check (not private.has_secret_keys(payload)),
  constraint metadata_holds_no_secret check (not private.has_secret_keys(metadata))
);

create index background_jobs_available_at_idx on public.background_jobs (available_at, id)
  where status in ('pending', 'running');
create unique index background_jobs_dedupe_key_idx on public.background_jobs (job_type, dedupe_key)
  where status = 'pending';
create index background_jobs_tenant_id_created_at_idx on public.background_jobs (tenant_id, created_at desc);
create index background_jobs_job_type_completed_at_idx on public.background_jobs (job_type, completed_at desc);
create index background_jobs_requested_by_idx on public.background_jobs (requested_by);

create trigger set_updated_at before update on public.background_jobs
  for each row execute function private.set_updated_at();

comment on table public.background_jobs is 'Work done outside a request: claimed under a lease, retried, and watched by clients.';
comment on column public.background_jobs.available_at is
  'When a worker may take the job: its due time while pending, the end of its lease while running.';
comment on column public.background_jobs.fence is
  'Grows with each claim; a write with an older value comes from a worker that lost its lease and changes nothing.';
comment on column public.background_jobs.dedupe_key is 'At most one pending job of a type has the same key.';
comment on column public.background_jobs.progress is '{current, total, percentage, message}; never goes back.';
