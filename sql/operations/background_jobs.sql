create table public.background_jobs (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid references control_plane.tenants (tenant_id) on delete cascade,
  lane uuid not null generated always as (coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'::uuid)) stored,
  job_type text not null,
  status text not null default 'pending',
  priority smallint not null default 0,
  resource_type text,
  resource_id uuid,
  payload jsonb not null default '{}',
  progress jsonb not null default '{"current": 0, "total": 0, "percentage": 0, "message": ""}',
  checkpoint jsonb,
  metadata jsonb not null default '{}',
  dedupe_key text,
  schedule_name text,
  slot timestamptz,
  is_cancellable boolean not null default true,
  available_at timestamptz not null default now(),
  lease_expires_at timestamptz,
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
  cancel_requested_at timestamptz,
  completed_at timestamptz,
  updated_at timestamptz not null default now(),
  constraint status_is_known check (status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
  constraint priority_is_known check (priority between -1 and 1),
  constraint worker_only_while_running check ((status = 'running') = (worker is not null)),
  constraint lease_only_while_running check ((status = 'running') = (lease_expires_at is not null)),
  constraint completed_at_only_when_ended check (
    (status in ('completed', 'failed', 'cancelled')) = (completed_at is not null)
  ),
  constraint error_code_when_failed check (status <> 'failed' or error_code is not null),
  constraint attempts_stay_within_bounds check (attempts >= 0 and max_attempts between 1 and 100),
  constraint error_message_is_short check (char_length(error_message) <= 2000),
  constraint slot_names_its_schedule check ((slot is null) = (schedule_name is null))
)
-- Room on each page for the next version of its rows: a claim, a renewal and progress change no indexed column, so they
-- touch no index at all.
with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- The order of claiming: tenant by tenant, urgent first, oldest first. No column of it changes while a job runs.
create index background_jobs_lane_idx on public.background_jobs (lane, priority desc, available_at, id)
  where completed_at is null;
create unique index background_jobs_dedupe_key_idx on public.background_jobs (job_type, dedupe_key)
  where dedupe_key is not null;
create unique index background_jobs_slot_idx on public.background_jobs (lane, schedule_name, slot)
  where slot is not null;
create index background_jobs_tenant_id_created_at_idx on public.background_jobs (tenant_id, created_at desc);
create index background_jobs_completed_at_idx on public.background_jobs (completed_at) where completed_at is not null;
create index background_jobs_requested_by_idx on public.background_jobs (requested_by) where requested_by is not null;

create trigger set_updated_at before update on public.background_jobs
  for each row execute function private.set_updated_at();

comment on table public.background_jobs is 'Work done outside a request: claimed under a lease, retried, and watched by clients.';
comment on column public.background_jobs.lane is 'Whose turn a job takes: its tenant''s, or that of the platform itself.';
comment on column public.background_jobs.priority is '1 before 0 before -1, among the jobs of one tenant.';
comment on column public.background_jobs.available_at is 'When the job is due.';
comment on column public.background_jobs.lease_expires_at is
  'While it runs: until when its worker has it. After that it is due again.';
comment on column public.background_jobs.fence is
  'Grows with each claim; a write with an older value comes from a worker that lost its lease and changes nothing.';
comment on column public.background_jobs.dedupe_key is
  'At most one job of a type that has not been started yet has the same key; the first claim clears it.';
comment on column public.background_jobs.slot is 'The time of its schedule that the job stands for; once per schedule and slot.';
comment on column public.background_jobs.checkpoint is 'Where its handler will go on; given back with the next claim.';
comment on column public.background_jobs.is_cancellable is
  'Whether people with jobs.manage may cancel it; false for what must happen to a tenant whatever its members want.';
comment on column public.background_jobs.progress is '{current, total, percentage, message}; never goes back.';
