create table control_plane.job_schedules (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid references control_plane.tenants (tenant_id) on delete cascade,
  name text not null,
  cron text not null,
  time_zone text not null default 'UTC',
  job_type text not null,
  payload jsonb not null default '{}',
  is_enabled boolean not null default true,
  catch_up text not null default 'run_once',
  next_run_at timestamptz,
  alarm_at timestamptz,
  last_slot timestamptz,
  fault text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique nulls not distinct (tenant_id, name),
  constraint name_is_short check (char_length(name) between 1 and 100),
  constraint cron_is_short check (char_length(cron) between 9 and 200),
  constraint catch_up_is_known check (catch_up in ('skip', 'run_once', 'run_all')),
  constraint payload_is_small check (octet_length(payload::text) <= 65536),
  constraint payload_holds_no_secret check (not private.has_secret_keys(payload))
);

create index job_schedules_next_run_at_idx on control_plane.job_schedules (next_run_at) where is_enabled;

create trigger set_updated_at before update on control_plane.job_schedules
  for each row execute function private.set_updated_at();

comment on table control_plane.job_schedules is
  'What is to run when. The next time is stored, not computed from a clock when somebody happens to look.';
comment on column control_plane.job_schedules.catch_up is
  'After a standstill: skip leaves out slots that are over 5 minutes late, run_once makes up for the latest one, run_all for each.';
comment on column control_plane.job_schedules.alarm_at is 'Two periods after next_run_at: by then somebody must look.';
comment on column control_plane.job_schedules.fault is 'Why its times cannot be worked out; it does not run until registered anew.';
