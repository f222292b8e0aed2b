set local check_function_bodies = off;

create table "control_plane"."heartbeats" (
  "name"         text                     not null,
  "last_good_at" timestamp with time zone not null,
  constraint "heartbeats_pkey" primary key (name)
);

revoke all on table control_plane.heartbeats from public, anon, authenticated, service_role;

alter table "control_plane"."heartbeats"
  enable row level security;

alter table "control_plane"."heartbeats"
  force row level security;

create table "control_plane"."idempotency_keys" (
  "id"               uuid                     not null default gen_random_uuid(),
  "principal_type"   text                     not null,
  "principal_id"     uuid                     not null,
  "tenant_id"        uuid                     not null,
  "route"            text                     not null,
  "key"              text                     not null,
  "request_mac"      bytea                    not null,
  "master_key_id"    text                     not null,
  "fence"            bigint                   not null default 1,
  "lease_expires_at" timestamp with time zone not null,
  "sealed_answer"    text,
  "is_success"       boolean,
  "created_at"       timestamp with time zone not null default now(),
  "answered_at"      timestamp with time zone,
  constraint "answer_is_all_there_or_not_at_all"
    check ((num_nonnulls(sealed_answer, is_success, answered_at) = ANY (ARRAY[0, 3]))),
  constraint "answer_is_small" check ((octet_length(sealed_answer) <= 262144)),
  constraint "idempotency_keys_are_per_principal_and_route" unique
    (principal_type, principal_id, tenant_id, route, key),
  constraint "idempotency_keys_pkey" primary key (id),
  constraint "key_is_printable_and_short" check ((key ~ '^[ -~]{1,255}$'::text)),
  constraint "principal_type_is_known" check ((principal_type = 'user'::text)),
  constraint "request_mac_is_a_sha256" check ((octet_length(request_mac) = 32)),
  constraint "route_is_short" check (((char_length(route) >= 1) AND (char_length(route) <= 300)))
);

revoke all on table control_plane.idempotency_keys from public, anon, authenticated, service_role;

alter table "control_plane"."idempotency_keys"
  enable row level security;

alter table "control_plane"."idempotency_keys"
  force row level security;

create table "control_plane"."job_schedules" (
  "id"          uuid                     not null default gen_random_uuid(),
  "tenant_id"   uuid,
  "name"        text                     not null,
  "cron"        text                     not null,
  "time_zone"   text                     not null default 'UTC'::text,
  "job_type"    text                     not null,
  "payload"     jsonb                    not null default '{}'::jsonb,
  "is_enabled"  boolean                  not null default true,
  "catch_up"    text                     not null default 'run_once'::text,
  "next_run_at" timestamp with time zone,
  "alarm_at"    timestamp with time zone,
  "last_slot"   timestamp with time zone,
  "fault"       text,
  "created_at"  timestamp with time zone not null default now(),
  "updated_at"  timestamp with time zone not null default now(),
  constraint "catch_up_is_known"
    check ((catch_up = ANY (ARRAY['skip'::text, 'run_once'::text, 'run_all'::text]))),
  constraint "cron_is_short" check (((char_length(cron) >= 9) AND (char_length(cron) <= 200))),
  constraint "job_schedules_pkey" primary key (id),
  constraint "job_schedules_tenant_id_name_key" unique nulls not DISTINCT (tenant_id, name),
  constraint "name_is_short" check (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  constraint "payload_is_small" check ((octet_length((payload)::text) <= 65536))
);

revoke all on table control_plane.job_schedules from public, anon, authenticated, service_role;

alter table "control_plane"."job_schedules"
  enable row level security;

alter table "control_plane"."job_schedules"
  force row level security;

create table "control_plane"."provisioning_targets" (
  "id"                  uuid                     not null default gen_random_uuid(),
  "name"                text                     not null,
  "adapter"             text                     not null default 'postgres'::text,
  "region"              text                     not null,
  "host"                text                     not null,
  "port"                integer                  not null default 5432,
  "admin_url_encrypted" text                     not null,
  "key_version"         integer                  not null,
  "system_identifier"   text,
  "capacity"            integer                  not null,
  "status"              text                     not null default 'active'::text,
  "created_at"          timestamp with time zone not null default now(),
  "updated_at"          timestamp with time zone not null default now(),
  constraint "adapter_is_known" check ((adapter = 'postgres'::text)),
  constraint "capacity_is_positive" check ((capacity > 0)),
  constraint "name_is_lower_case_words" check ((name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)),
  constraint "port_is_a_tcp_port" check (((port >= 1) AND (port <= 65535))),
  constraint "provisioning_targets_name_key" unique (name),
  constraint "provisioning_targets_pkey" primary key (id),
  constraint "provisioning_targets_system_identifier_key" unique (system_identifier),
  constraint "region_is_lower_case_words" check ((region ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)),
  constraint "status_is_known"
    check ((status = ANY (ARRAY['active'::text, 'draining'::text, 'disabled'::text])))
);

revoke all on table control_plane.provisioning_targets from public, anon, authenticated, service_role;

alter table "control_plane"."provisioning_targets"
  enable row level security;

alter table "control_plane"."provisioning_targets"
  force row level security;

create table "control_plane"."system_config" (
  "key"        text                     not null,
  "value"      jsonb                    not null,
  "updated_at" timestamp with time zone not null default now(),
  constraint "key_is_short" check (((char_length(key) >= 1) AND (char_length(key) <= 255))),
  constraint "system_config_pkey" primary key (key)
);

revoke all on table control_plane.system_config from public, anon, authenticated, service_role;

alter table "control_plane"."system_config"
  enable row level security;

alter table "control_plane"."system_config"
  force row level security;

create table "control_plane"."tenant_data_keys" (
  "tenant_id"     uuid                     not null,
  "version"       integer                  not null,
  "wrapped_key"   bytea,
  "master_key_id" text                     not null,
  "created_at"    timestamp with time zone not null default now(),
  "destroyed_at"  timestamp with time zone,
  constraint "destroyed_keys_are_gone" check (((destroyed_at IS NULL) = (wrapped_key IS NOT NULL))),
  constraint "tenant_data_keys_pkey" primary key (tenant_id, version),
  constraint "version_counts_from_one" check ((version >= 1))
);

revoke all on table control_plane.tenant_data_keys from public, anon, authenticated, service_role;

alter table "control_plane"."tenant_data_keys"
  enable row level security;

alter table "control_plane"."tenant_data_keys"
  force row level security;

create table "control_plane"."tenant_databases" (
  "id"                          uuid                     not null default gen_random_uuid(),
  "tenant_id"                   uuid                     not null,
  "target_id"                   uuid                     not null,
  "name"                        text                     not null default 'main'::text,
  "connection_string_encrypted" text,
  "key_version"                 integer,
  "database_name"               character varying(255)   not null,
  "role_name"                   text                     not null,
  "host"                        character varying(255)   not null,
  "port"                        integer                  not null default 5432,
  "status"                      text                     not null default 'migrating'::text,
  "is_suspended_with_tenant"    boolean                  not null default false,
  "deleted_at"                  timestamp with time zone,
  "created_at"                  timestamp with time zone not null default now(),
  "updated_at"                  timestamp with time zone not null default now(),
  constraint "active_databases_can_be_reached"
    check (((status <> 'active'::text) OR (connection_string_encrypted IS NOT NULL))),
  constraint "deleted_databases_are_inactive" check (((deleted_at IS NULL) OR (status = 'inactive'::text))),
  constraint "deleted_databases_keep_no_secret"
    check (((deleted_at IS NULL) OR (connection_string_encrypted IS NULL))),
  constraint "name_is_lower_case_words" check ((name ~ '^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$'::text)),
  constraint "sealed_values_name_their_key"
    check (((connection_string_encrypted IS NULL) = (key_version IS NULL))),
  constraint "status_is_known"
    check ((status = ANY (ARRAY['active'::text, 'inactive'::text, 'migrating'::text, 'error'::text]))),
  constraint "tenant_databases_pkey" primary key (id),
  constraint "tenant_databases_target_id_database_name_key" unique (target_id, database_name),
  constraint "tenant_databases_tenant_id_id_key" unique (tenant_id, id)
);

revoke all on table control_plane.tenant_databases from public, anon, authenticated, service_role;

alter table "control_plane"."tenant_databases"
  enable row level security;

alter table "control_plane"."tenant_databases"
  force row level security;

create table "control_plane"."tenants" (
  "tenant_id"             uuid                     not null default gen_random_uuid(),
  "name"                  text                     not null,
  "slug"                  text                     not null,
  "display_name"          text                     not null,
  "environment"           text                     not null default 'development'::text,
  "status"                text                     not null default 'active'::text,
  "personal_user_id"      uuid,
  "suspended_at"          timestamp with time zone,
  "suspended_reason"      text,
  "suspended_by_platform" boolean                  not null default false,
  "deletion_scheduled_at" timestamp with time zone,
  "created_by"            uuid,
  "created_at"            timestamp with time zone not null default now(),
  "updated_at"            timestamp with time zone not null default now(),
  constraint "deletion_only_of_inactive_tenants"
    check (((deletion_scheduled_at IS NULL) OR (status = 'inactive'::text))),
  constraint "display_name_is_printable_and_short"
    check
    (((char_length(display_name) >= 1) AND (char_length(display_name) <= 200) AND (display_name !~
    '[\x01-\x1f\x7f]'::text))),
  constraint "environment_is_known"
    check ((environment = ANY (ARRAY['development'::text, 'staging'::text, 'production'::text]))),
  constraint "name_is_lower_case_words" check ((name ~ '^[a-z0-9]([a-z0-9_-]{0,253}[a-z0-9])?$'::text)),
  constraint "personal_names_belong_to_personal_tenants" check (
CASE
    WHEN (personal_user_id IS NULL) THEN ((name !~ '^personal-'::text) AND (slug !~ '^personal-'::text))
    ELSE
      ((name = ('personal-'::text || personal_user_id)) AND ((slug = name) OR (slug !~ '^personal-'::text)))
END),
  constraint "slug_is_lower_case_words" check ((slug ~ '^[a-z0-9]([a-z0-9-]{0,253}[a-z0-9])?$'::text)),
  constraint "status_is_known"
    check ((status = ANY (ARRAY['active'::text, 'inactive'::text, 'suspended'::text, 'pending'::text]))),
  constraint "suspended_at_only_when_suspended" check (((status = 'suspended'::text) = (suspended_at IS
    NOT NULL))),
  constraint "suspended_reason_is_short" check ((char_length(suspended_reason) <= 500)),
  constraint "suspended_reason_only_when_suspended" check (((suspended_at IS
    NOT NULL) OR ((suspended_reason IS NULL) AND (NOT suspended_by_platform)))),
  constraint "tenants_name_key" unique (name),
  constraint "tenants_personal_user_id_key" unique (personal_user_id),
  constraint "tenants_pkey" primary key (tenant_id),
  constraint "tenants_slug_key" unique (slug)
);

revoke all on table control_plane.tenants from public, anon, authenticated, service_role;

alter table "control_plane"."tenants"
  enable row level security;

alter table "control_plane"."tenants"
  force row level security;

create table "private"."audit_columns" (
  "table_name"  text not null,
  "column_name" text not null,
  "treatment"   text not null,
  constraint "audit_columns_pkey" primary key (table_name, column_name),
  constraint "treatment_is_known"
    check ((treatment = ANY (ARRAY['value'::text, 'changed'::text, 'ignored'::text])))
);

revoke all on table private.audit_columns from public, anon, authenticated, service_role;

alter table "private"."audit_columns"
  enable row level security;

alter table "private"."audit_columns"
  force row level security;

create table "public"."audit_logs" (
  "id"                       uuid                     not null,
  "tenant_id"                uuid,
  "action_type"              text                     not null,
  "action"                   text                     not null,
  "actor_id"                 uuid,
  "impersonated_user_id"     uuid,
  "impersonation_session_id" uuid,
  "resource_type"            text                     not null,
  "resource_id"              text,
  "old_value"                jsonb,
  "new_value"                jsonb,
  "metadata"                 jsonb                    not null,
  "ip_address"               inet,
  "user_agent"               text,
  "provider"                 text,
  "request_id"               text,
  "created_at"               timestamp with time zone not null
) partition by range (created_at);

revoke all on table public.audit_logs from public, anon, authenticated, service_role;

create table "partitions"."audit_logs_default" partition of "public"."audit_logs" default;

revoke all on table partitions.audit_logs_default from public, anon, authenticated, service_role;

alter table "partitions"."audit_logs_default"
  enable row level security;

alter table "partitions"."audit_logs_default"
  force row level security;

alter table "public"."audit_logs"
  enable row level security;

alter table "public"."audit_logs"
  force row level security;

create table "public"."background_jobs" (
  "id"                  uuid                     not null default gen_random_uuid(),
  "tenant_id"           uuid,
  "job_type"            text                     not null,
  "status"              text                     not null default 'pending'::text,
  "priority"            smallint                 not null default 0,
  "resource_type"       text,
  "resource_id"         uuid,
  "payload"             jsonb                    not null default '{}'::jsonb,
  "progress"            jsonb
    not null default '{"total": 0, "current": 0, "message": "", "percentage": 0}'::jsonb,
  "checkpoint"          jsonb,
  "metadata"            jsonb                    not null default '{}'::jsonb,
  "dedupe_key"          text,
  "schedule_name"       text,
  "slot"                timestamp with time zone,
  "is_cancellable"      boolean                  not null default true,
  "available_at"        timestamp with time zone not null default now(),
  "lease_expires_at"    timestamp with time zone,
  "attempts"            integer                  not null default 0,
  "max_attempts"        integer                  not null default 10,
  "fence"               bigint                   not null default 0,
  "worker"              text,
  "error_code"          text,
  "error_message"       text,
  "requested_by"        uuid,
  "request_id"          text,
  "created_at"          timestamp with time zone not null default now(),
  "started_at"          timestamp with time zone,
  "cancel_requested_at" timestamp with time zone,
  "completed_at"        timestamp with time zone,
  "updated_at"          timestamp with time zone not null default now(),
  constraint "attempts_stay_within_bounds"
    check (((attempts >= 0) AND ((max_attempts >= 1) AND (max_attempts <= 100)))),
  constraint "background_jobs_pkey" primary key (id),
  constraint "completed_at_only_when_ended"
    check (((status = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text])) = (completed_at IS
    NOT NULL))),
  constraint "error_code_when_failed" check (((status <> 'failed'::text) OR (error_code IS NOT NULL))),
  constraint "error_message_is_short" check ((char_length(error_message) <= 2000)),
  constraint "lease_only_while_running" check (((status = 'running'::text) = (lease_expires_at IS NOT NULL))),
  constraint "priority_is_known" check (((priority >= '-1'::integer) AND (priority <= 1))),
  constraint "slot_names_its_schedule" check (((slot IS NULL) = (schedule_name IS NULL))),
  constraint "status_is_known"
    check
    ((status = ANY (ARRAY['pending'::text, 'running'::text, 'completed'::text, 'failed'::text,
    'cancelled'::text]))),
  constraint "worker_only_while_running" check (((status = 'running'::text) = (worker IS NOT NULL)))
);

revoke all on table public.background_jobs from public, anon, authenticated, service_role;

alter table "public"."background_jobs"
  enable row level security;

alter table "public"."background_jobs"
  force row level security;

alter table "public"."background_jobs"
  set (autovacuum_analyze_scale_factor=0.02, autovacuum_vacuum_scale_factor=0.02, fillfactor=70);

create table "public"."environment_types" (
  "id"         uuid                     not null default gen_random_uuid(),
  "tenant_id"  uuid,
  "name"       text                     not null,
  "slug"       text                     not null,
  "is_default" boolean                  not null default false,
  "created_at" timestamp with time zone not null default now(),
  "updated_at" timestamp with time zone not null default now(),
  constraint "environment_types_pkey" primary key (id),
  constraint "environment_types_tenant_id_slug_key" unique nulls not DISTINCT (tenant_id, slug),
  constraint "name_is_printable_and_short"
    check (((char_length(name) >= 1) AND (char_length(name) <= 100) AND (name !~ '[\x01-\x1f\x7f]'::text))),
  constraint "slug_is_lower_case_words" check ((slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text))
);

revoke all on table public.environment_types from public, anon, authenticated, service_role;

alter table "public"."environment_types"
  enable row level security;

alter table "public"."environment_types"
  force row level security;

create table "public"."memberships" (
  "id"             uuid                     not null default gen_random_uuid(),
  "tenant_id"      uuid                     not null,
  "user_id"        uuid                     not null,
  "user_is_active" boolean                  not null default true,
  "role"           text                     not null,
  "created_at"     timestamp with time zone not null default now(),
  "updated_at"     timestamp with time zone not null default now(),
  constraint "memberships_pkey" primary key (id),
  constraint "memberships_tenant_id_id_key" unique (tenant_id, id),
  constraint "memberships_user_id_tenant_id_key" unique (user_id, tenant_id)
);

revoke all on table public.memberships from public, anon, authenticated, service_role;

alter table "public"."memberships"
  enable row level security;

alter table "public"."memberships"
  force row level security;

create table "public"."permissions" (
  "name"                  text    not null,
  "description"           text    not null,
  "works_while_suspended" boolean not null default false,
  constraint "permission_names_are_resource_dot_action" check ((name ~ '^[a-z_]+\.[a-z_]+$'::text)),
  constraint "permissions_name_works_while_suspended_key" unique (name, works_while_suspended),
  constraint "permissions_pkey" primary key (name)
);

revoke all on table public.permissions from public, anon, authenticated, service_role;

alter table "public"."permissions"
  enable row level security;

alter table "public"."permissions"
  force row level security;

create table "public"."provisioning_operations" (
  "id"            uuid                     not null default gen_random_uuid(),
  "tenant_id"     uuid                     not null,
  "database_id"   uuid                     not null,
  "kind"          text                     not null,
  "status"        text                     not null default 'pending'::text,
  "step"          text,
  "progress"      jsonb
    not null default '{"total": 0, "current": 0, "message": "", "percentage": 0}'::jsonb,
  "error_code"    text,
  "error_message" text,
  "attempts"      integer                  not null default 0,
  "requested_by"  uuid,
  "created_at"    timestamp with time zone not null default now(),
  "started_at"    timestamp with time zone,
  "finished_at"   timestamp with time zone,
  "updated_at"    timestamp with time zone not null default now(),
  constraint "error_code_when_failed" check (((status <> 'failed'::text) OR (error_code IS NOT NULL))),
  constraint "error_message_is_short" check ((char_length(error_message) <= 2000)),
  constraint "finished_at_only_when_ended"
    check (((status = ANY (ARRAY['succeeded'::text, 'failed'::text, 'cancelled'::text])) = (finished_at IS
    NOT NULL))),
  constraint "kind_is_known"
    check ((kind = ANY (ARRAY['create'::text, 'delete'::text, 'suspend'::text, 'resume'::text]))),
  constraint "provisioning_operations_pkey" primary key (id),
  constraint "provisioning_operations_tenant_id_id_key" unique (tenant_id, id),
  constraint "status_is_known"
    check
    ((status = ANY (ARRAY['pending'::text, 'running'::text, 'succeeded'::text, 'failed'::text,
    'cancelled'::text])))
);

revoke all on table public.provisioning_operations from public, anon, authenticated, service_role;

alter table "public"."provisioning_operations"
  enable row level security;

alter table "public"."provisioning_operations"
  force row level security;

create table "public"."role_permissions" (
  "role"                  text    not null,
  "permission"            text    not null,
  "works_while_suspended" boolean not null,
  constraint "role_permissions_pkey" primary key (role, permission)
);

revoke all on table public.role_permissions from public, anon, authenticated, service_role;

alter table "public"."role_permissions"
  enable row level security;

alter table "public"."role_permissions"
  force row level security;

create table "public"."roles" (
  "name"        text    not null,
  "rank"        integer not null,
  "description" text    not null,
  constraint "role_names_are_words" check ((name ~ '^[a-z][a-z_]{0,62}$'::text)),
  constraint "roles_pkey" primary key (name),
  constraint "roles_rank_key" unique (rank)
);

revoke all on table public.roles from public, anon, authenticated, service_role;

alter table "public"."roles"
  enable row level security;

alter table "public"."roles"
  force row level security;

create table "public"."settings" (
  "id"         uuid                     not null default gen_random_uuid(),
  "tenant_id"  uuid,
  "key"        text                     not null,
  "value"      jsonb                    not null,
  "created_at" timestamp with time zone not null default now(),
  "updated_at" timestamp with time zone not null default now(),
  constraint "key_is_a_dotted_path"
    check (((key ~ '^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$'::text) AND (char_length(key) <= 255))),
  constraint "settings_pkey" primary key (id),
  constraint "settings_tenant_id_key_key" unique nulls not DISTINCT (tenant_id, key),
  constraint "value_is_small" check ((octet_length((value)::text) <= 65536))
);

revoke all on table public.settings from public, anon, authenticated, service_role;

alter table "public"."settings"
  enable row level security;

alter table "public"."settings"
  force row level security;

create table "public"."users" (
  "id"               uuid                     not null,
  "email"            text,
  "full_name"        text,
  "is_active"        boolean                  not null default true,
  "active_tenant_id" uuid,
  "deleted_at"       timestamp with time zone,
  "created_at"       timestamp with time zone not null default now(),
  "updated_at"       timestamp with time zone not null default now(),
  constraint "deleted_users_keep_nothing_personal"
    check
    (((deleted_at IS NULL) OR ((email IS NULL) AND (full_name IS NULL) AND (active_tenant_id IS NULL) AND (NOT
    is_active)))),
  constraint "full_name_is_printable_and_short"
    check
    (((char_length(full_name) >= 1) AND (char_length(full_name) <= 200) AND (full_name !~
    '[\x01-\x1f\x7f]'::text))),
  constraint "users_id_is_active_key" unique (id, is_active),
  constraint "users_pkey" primary key (id)
);

revoke all on table public.users from public, anon, authenticated, service_role;

alter table "public"."users"
  enable row level security;

alter table "public"."users"
  force row level security;

alter table "public"."background_jobs"
  add column "lane" uuid generated always as
    (COALESCE(tenant_id, '00000000-0000-0000-0000-000000000000'::uuid)) stored not null;

alter table "public"."audit_logs"
  alter column "created_at" set default clock_timestamp();

alter table "public"."audit_logs"
  alter column "id" set default gen_random_uuid();

alter table "public"."audit_logs"
  alter column "metadata" set default '{}'::jsonb;

create or replace function private.acting_user_id()
  returns uuid
  language plpgsql
  stable
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_user_id uuid := private.claimed_user_id();
begin
  if v_user_id is null then
    v_user_id := nullif(pg_catalog.current_setting('gantry.actor_id', true), '')::uuid;
  end if;
  -- Only somebody we know: the id goes into columns that reference public.users.
  return (select u.id from public.users u where u.id = v_user_id);
end
$function$;

revoke all on function private.acting_user_id() from public, anon, authenticated, service_role;

alter function "private"."acting_user_id"() owner to "gantry_definer";

create or replace function private.advance_progress (
  p_progress jsonb,
  p_current  integer,
  p_total    integer,
  p_message  text
)
  returns jsonb
  language sql
  immutable
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
  -- A retried step reports what was reported before: the percentage stays where it was.
  select pg_catalog.jsonb_build_object(
    'current', greatest(p_current, (p_progress ->> 'current')::integer),
    'total', greatest(p_total, (p_progress ->> 'total')::integer),
    'percentage', greatest(
      least(100, case when p_total > 0 then p_current * 100 / p_total else 0 end),
      (p_progress ->> 'percentage')::integer
    ),
    'message', pg_catalog.left(p_message, 500)
  )
$function$;

revoke all on function private.advance_progress(jsonb,integer,integer,text) from public, anon, authenticated, service_role;

create or replace function private.audit_change()
  returns trigger
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_resource_type text := tg_argv[0];
  v_old jsonb := case when tg_op <> 'INSERT' then pg_catalog.to_jsonb(old) else '{}' end;
  v_new jsonb := case when tg_op <> 'DELETE' then pg_catalog.to_jsonb(new) else '{}' end;
  v_row jsonb := v_old || v_new;
  v_old_value jsonb;
  v_new_value jsonb;
begin
  select
    pg_catalog.jsonb_object_agg(k.key, case when c.treatment = 'value' then v_old -> k.key else '"changed"' end)
      filter (where v_old ? k.key),
    pg_catalog.jsonb_object_agg(k.key, case when c.treatment = 'value' then v_new -> k.key else '"changed"' end)
      filter (where v_new ? k.key)
  into v_old_value, v_new_value
  from pg_catalog.jsonb_object_keys(v_row) as k (key)
  left join private.audit_columns c
    on c.table_name = tg_table_schema || '.' || tg_table_name and c.column_name = k.key
  where c.treatment is distinct from 'ignored'
    and (v_old -> k.key) is distinct from (v_new -> k.key)
    and not (tg_op <> 'UPDATE' and v_row -> k.key = 'null'::jsonb);

  if tg_op = 'UPDATE' and v_new_value is null then
    return null; -- nothing that the log tells about
  end if;

  perform private.write_audit(
    p_tenant_id => (v_row ->> 'tenant_id')::uuid,
    p_action_type => case tg_op when 'INSERT' then 'create' when 'UPDATE' then 'update' else 'delete' end,
    p_action => v_resource_type || case tg_op when 'INSERT' then '.created' when 'UPDATE' then '.updated' else '.deleted' end,
    p_resource_type => v_resource_type,
    p_resource_id => v_row ->> tg_argv[1],
    p_old_value => v_old_value,
    p_new_value => v_new_value,
    p_metadata => '{}'
  );
  return null;
end
$function$;

revoke all on function private.audit_change() from public, anon, authenticated, service_role;

alter function "private"."audit_change"() owner to "gantry_definer";

create or replace function private.begin_idempotent_request (
  p_tenant_id     uuid,
  p_permission    text,
  p_route         text,
  p_key           text,
  p_request_mac   bytea,
  p_master_key_id text,
  p_lease_seconds integer
)
  returns table (
    outcome       text,
    id            uuid,
    fence         bigint,
    master_key_id text,
    sealed_answer text
  )
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_caller_id uuid := private.caller_id();
  v_tenant_id uuid := coalesce(p_tenant_id, '00000000-0000-0000-0000-000000000000');
  v_lease interval := pg_catalog.make_interval(secs => p_lease_seconds);
  v_row control_plane.idempotency_keys;
begin
  if v_caller_id is null then
    perform private.raise_problem(403, 'FORBIDDEN');
  end if;
  -- Also before an answer is given again: who has lost the permission must not read what it was good for.
  if p_tenant_id is not null then
    perform private.require_permission(p_tenant_id => p_tenant_id, p_permission => p_permission);
  end if;

  insert into control_plane.idempotency_keys as k (
    principal_type, principal_id, tenant_id, route, key, request_mac, master_key_id, lease_expires_at
  )
  values (
    'user', v_caller_id, v_tenant_id, p_route, p_key, p_request_mac, p_master_key_id, pg_catalog.clock_timestamp() + v_lease
  )
  on conflict on constraint idempotency_keys_are_per_principal_and_route do nothing
  returning k.* into v_row;
  if found then
    return query select 'started', v_row.id, v_row.fence, v_row.master_key_id, null::text;
    return;
  end if;

  select k.* into strict v_row
  from control_plane.idempotency_keys k
  where k.principal_type = 'user' and k.principal_id = v_caller_id
    and k.tenant_id = v_tenant_id and k.route = p_route and k.key = p_key
  for update;

  if v_row.created_at < pg_catalog.now() - interval '72 hours' then
    -- Not yet removed, but as good as: the key is free again, for another effect.
    update control_plane.idempotency_keys k
    set id = pg_catalog.gen_random_uuid(), request_mac = p_request_mac, master_key_id = p_master_key_id,
      fence = k.fence + 1, lease_expires_at = pg_catalog.clock_timestamp() + v_lease,
      sealed_answer = null, is_success = null, answered_at = null, created_at = pg_catalog.now()
    where k.id = v_row.id
    returning k.* into v_row;
    outcome := 'started';
  elsif v_row.master_key_id <> p_master_key_id then
    outcome := 'other_master_key';
  elsif v_row.request_mac <> p_request_mac then
    outcome := 'other_request';
  elsif v_row.answered_at is not null then
    if p_tenant_id is null and v_row.is_success and v_row.id <> all (private.tenants_with(p_permission)) then
      perform private.raise_problem(404, 'NOT_FOUND');
    end if;
    outcome := 'answered';
  elsif v_row.lease_expires_at > pg_catalog.clock_timestamp() then
    outcome := 'in_flight';
  else
    update control_plane.idempotency_keys k
    set fence = k.fence + 1, lease_expires_at = pg_catalog.clock_timestamp() + v_lease
    where k.id = v_row.id
    returning k.* into v_row;
    outcome := 'started';
  end if;
  return query select outcome, v_row.id, v_row.fence, v_row.master_key_id, v_row.sealed_answer;
end
$function$;

revoke all on function private.begin_idempotent_request(uuid,text,text,text,bytea,text,integer) from public, anon, authenticated, service_role;

alter function "private"."begin_idempotent_request"(uuid, text, text, text, bytea, text, integer) owner to
  "gantry_definer";

create or replace function private.caller_id()
  returns uuid
  language plpgsql
  stable
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_user_id uuid;
begin
  select u.id into v_user_id
  from public.users u
  where u.id = private.claimed_user_id() and u.is_active;
  return v_user_id;
end
$function$;

revoke all on function private.caller_id() from public, anon, authenticated, service_role;

alter function "private"."caller_id"() owner to "gantry_definer";

create or replace function private.cancel_job (
  p_tenant_id uuid,
  p_job_id    uuid
)
  returns text
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_job public.background_jobs;
begin
  perform private.require_permission(p_tenant_id => p_tenant_id, p_permission => 'jobs.manage');

  select j.* into v_job from public.background_jobs j
  where j.tenant_id = p_tenant_id and j.id = p_job_id for update;
  if not found then
    perform private.raise_problem(404, 'NOT_FOUND');
  end if;
  if v_job.status = 'cancelled' or v_job.cancel_requested_at is not null and v_job.status = 'running' then
    return v_job.status;
  end if;
  if not v_job.is_cancellable then
    perform private.raise_problem(409, 'JOB_STATE_CONFLICT', 'This job is the platform''s own.');
  end if;
  if v_job.status not in ('pending', 'running') then
    perform private.raise_problem(409, 'JOB_STATE_CONFLICT', 'The job has ' || v_job.status || '.');
  end if;

  -- One that runs ends when its worker has stopped: what it did by then is done, and nothing comes after "cancelled".
  update public.background_jobs j
  set cancel_requested_at = pg_catalog.clock_timestamp(),
    status = case j.status when 'pending' then 'cancelled' else j.status end,
    completed_at = case j.status when 'pending' then pg_catalog.clock_timestamp() end,
    dedupe_key = null
  where j.id = v_job.id
  returning j.status into v_job.status;
  perform private.record_audit(
    p_tenant_id => p_tenant_id, p_action => 'background_job.cancel', p_resource_type => 'background_job',
    p_resource_id => p_job_id::text, p_metadata => pg_catalog.jsonb_build_object('jobType', v_job.job_type)
  );
  return v_job.status;
end
$function$;

revoke all on function private.cancel_job(uuid,uuid) from public, anon, authenticated, service_role;

alter function "private"."cancel_job"(uuid, uuid) owner to "gantry_definer";

create or replace function private.checkpoint_job (
  p_id         uuid,
  p_fence      bigint,
  p_checkpoint jsonb
)
  returns boolean
  language sql
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
  with kept as (
    update public.background_jobs j
    set checkpoint = p_checkpoint
    where j.id = p_id and j.fence = p_fence and j.status = 'running'
    returning 1
  )
  select exists (select from kept)
$function$;

revoke all on function private.checkpoint_job(uuid,bigint,jsonb) from public, anon, authenticated, service_role;

create or replace function private.choose_default_tenant (
  p_tenant_id uuid
)
  returns void
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_caller_id uuid := private.caller_id();
begin
  if p_tenant_id is null or not (p_tenant_id = any (private.tenants_with('tenants.read'))) then
    perform private.raise_problem(404, 'NOT_FOUND');
  end if;
  update public.users u set active_tenant_id = p_tenant_id where u.id = v_caller_id;
exception
  -- The membership went between the check and the write.
  when foreign_key_violation then
    perform private.raise_problem(404, 'NOT_FOUND');
end
$function$;

revoke all on function private.choose_default_tenant(uuid) from public, anon, authenticated, service_role;

alter function "private"."choose_default_tenant"(uuid) owner to "gantry_definer";

create or replace function private.claim_jobs (
  p_worker        text,
  p_limit         integer,
  p_lease_seconds integer,
  p_types         text[],
  p_after         uuid    default null::uuid,
  p_tenant_cap    integer default null::integer
)
  returns table (
    id            uuid,
    tenant_id     uuid,
    job_type      text,
    payload       jsonb,
    checkpoint    jsonb,
    fence         bigint,
    attempts      integer,
    max_attempts  integer,
    resource_type text,
    resource_id   uuid,
    requested_by  uuid,
    request_id    text,
    turn          uuid
  )
  language plpgsql
  set search_path to 'pg_catalog', 'pg_temp'
  set plan_cache_mode to 'force_generic_plan'
  set enable_seqscan to 'off'
  set enable_bitmapscan to 'off'
  AS $function$
#variable_conflict use_column
declare
  v_lanes uuid[];
  v_lane uuid;
  v_turn uuid;
  v_left integer := p_limit;
  v_share integer;
  v_taken integer;
begin
  if p_tenant_cap is not null then
    -- One capped claim at a time: two that counted at once would both think that there is room.
    perform pg_catalog.pg_advisory_xact_lock(7110003);
  end if;
  v_lanes := private.due_lanes(p_after => p_after, p_limit => p_limit, p_types => p_types);
  if pg_catalog.cardinality(v_lanes) = 0 then
    return;
  end if;
  v_turn := v_lanes[pg_catalog.cardinality(v_lanes)];

  -- First an equal share for each tenant, then whoever has more takes what is left.
  for v_round in 1..2 loop
    v_share := case
      when v_round = 1 then (p_limit + pg_catalog.cardinality(v_lanes) - 1) / pg_catalog.cardinality(v_lanes)
      else p_limit
    end;
    foreach v_lane in array v_lanes loop
      exit when v_left <= 0;
      return query select t.*, v_turn from private.take_jobs(
        p_lane => v_lane, p_limit => least(v_share, v_left), p_worker => p_worker,
        p_lease_seconds => p_lease_seconds, p_types => p_types, p_tenant_cap => p_tenant_cap
      ) t;
      get diagnostics v_taken = row_count;
      v_left := v_left - v_taken;
    end loop;
    exit when v_left <= 0 or pg_catalog.cardinality(v_lanes) = 1;
  end loop;
end
$function$;

revoke all on function private.claim_jobs(text,integer,integer,text[],uuid,integer) from public, anon, authenticated, service_role;

create or replace function private.claimed_user_id()
  returns uuid
  language plpgsql
  stable
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_claims jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
begin
  if v_claims @> '{"role": "authenticated", "aud": "authenticated"}'
    and v_claims -> 'is_anonymous' is distinct from 'true'::jsonb
    and pg_input_is_valid(v_claims ->> 'sub', 'uuid')
  then
    return v_claims ->> 'sub';
  end if;
  return null;
end
$function$;

revoke all on function private.claimed_user_id() from public, anon, authenticated, service_role;

create or replace function private.client_address (
  p_forwarded_for text
)
  returns text
  language sql
  immutable
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
  -- The last entry is the one our own gateway added; the ones before it are the caller's word.
  select coalesce(
    pg_catalog.btrim((pg_catalog.string_to_array(p_forwarded_for, ','))[
      pg_catalog.array_upper(pg_catalog.string_to_array(p_forwarded_for, ','), 1)
    ]),
    ''
  )
$function$;

revoke all on function private.client_address(text) from public, anon, authenticated, service_role;

create or replace function private.complete_job (
  p_id    uuid,
  p_fence bigint
)
  returns boolean
  language sql
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
  with completed as (
    update public.background_jobs j
    set status = 'completed',
      worker = null,
      lease_expires_at = null,
      error_code = null,
      error_message = null,
      completed_at = pg_catalog.clock_timestamp(),
      progress = pg_catalog.jsonb_set(j.progress, '{percentage}', '100')
    where j.id = p_id and j.fence = p_fence and j.status = 'running'
    returning 1
  )
  select exists (select from completed)
$function$;

revoke all on function private.complete_job(uuid,bigint) from public, anon, authenticated, service_role;

create or replace function private.create_tenant (
  p_name         text,
  p_display_name text,
  p_environment  text,
  p_operation_id uuid default null::uuid
)
  returns uuid
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_caller_id uuid := private.caller_id();
  v_tenant_id uuid := coalesce(p_operation_id, pg_catalog.gen_random_uuid());
  v_slug text := pg_catalog.replace(p_name, '_', '-');
begin
  if v_caller_id is null then
    perform private.raise_problem(403, 'FORBIDDEN');
  end if;
  if exists (select from control_plane.tenants t where t.slug = v_slug) then
    v_slug := pg_catalog.left(v_slug, 240) || '-' || pg_catalog.left(v_tenant_id::text, 8);
  end if;

  insert into control_plane.tenants (tenant_id, name, slug, display_name, environment, created_by)
  values (
    v_tenant_id, p_name, v_slug, coalesce(p_display_name, p_name), coalesce(p_environment, 'development'), v_caller_id
  )
  on conflict do nothing;
  if not found then
    -- The same request, taken up again after nobody heard how it ended: the tenant it made bears its id.
    if exists (select from control_plane.tenants t where t.tenant_id = v_tenant_id and t.created_by = v_caller_id) then
      return v_tenant_id;
    end if;
    perform private.raise_problem(409, 'TENANT_NAME_TAKEN');
  end if;

  insert into public.memberships (tenant_id, user_id, role) values (v_tenant_id, v_caller_id, 'owner');
  return v_tenant_id;
end
$function$;

revoke all on function private.create_tenant(text,text,text,uuid) from public, anon, authenticated, service_role;

alter function "private"."create_tenant"(text, text, text, uuid) owner to "gantry_definer";

create or replace function private.defer_job (
  p_id     uuid,
  p_fence  bigint,
  p_run_at timestamp with time zone
)
  returns text
  language sql
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
  update public.background_jobs j
  set status = case when j.cancel_requested_at is null then 'pending' else 'cancelled' end,
    worker = null,
    lease_expires_at = null,
    available_at = p_run_at,
    attempts = j.attempts - 1,
    completed_at = case when j.cancel_requested_at is not null then pg_catalog.clock_timestamp() end
  where j.id = p_id and j.fence = p_fence and j.status = 'running'
  returning j.status
$function$;

revoke all on function private.defer_job(uuid,bigint,timestamp with time zone) from public, anon, authenticated, service_role;

create or replace function private.delete_account()
  returns void
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_caller_id uuid := private.caller_id();
  v_names jsonb;
begin
  if v_caller_id is null then
    perform private.raise_problem(403, 'FORBIDDEN');
  end if;

  select pg_catalog.jsonb_agg(t.name order by t.name) into v_names
  from public.memberships mine
  join control_plane.tenants t on t.tenant_id = mine.tenant_id
  where mine.user_id = v_caller_id
    and mine.role = 'owner'
    and exists (select from public.memberships m where m.tenant_id = t.tenant_id and m.user_id <> v_caller_id)
    and not exists (
      select from public.memberships m
      where m.tenant_id = t.tenant_id and m.user_id <> v_caller_id and m.role = 'owner'
    );
  if v_names is not null then
    perform private.raise_problem(409, 'LAST_OWNER', v_names::text);
  end if;

  delete from auth.users a where a.id = v_caller_id;
end
$function$;

revoke all on function private.delete_account() from public, anon, authenticated, service_role;

create or replace function private.due_lanes (
  p_after uuid,
  p_limit integer,
  p_types text[]
)
  returns uuid[]
  language plpgsql
  set search_path to 'pg_catalog', 'pg_temp'
  set plan_cache_mode to 'force_generic_plan'
  set enable_seqscan to 'off'
  set enable_bitmapscan to 'off'
  AS $function$
declare
  v_from uuid := coalesce(p_after, pg_catalog.gen_random_uuid());
  v_start uuid := v_from;
  v_now timestamptz := pg_catalog.clock_timestamp();
  v_lanes uuid[] := '{}';
  v_more uuid[];
begin
  -- Once from the turn to the end, once from the beginning to the turn.
  for v_round in 1..2 loop
    -- A loose index scan: one probe finds the next tenant, however many jobs lie between.
    with recursive walk as (
      (
        select j.lane from public.background_jobs j
        where j.completed_at is null and j.lane >= v_start order by j.lane limit 1
      )
      union all
      select n.lane from walk w cross join lateral (
        select j.lane from public.background_jobs j
        where j.completed_at is null and j.lane > w.lane order by j.lane limit 1
      ) n
      where v_round = 1 or w.lane < v_from
    )
    select pg_catalog.array_agg(d.lane) into v_more
    from (
      select w.lane from walk w
      where (w.lane > v_from) = (v_round = 1) and exists (
        select from pg_catalog.unnest('{1,0,-1}'::smallint[]) as p (priority)
        cross join lateral (
          select from public.background_jobs j
          where j.completed_at is null and j.lane = w.lane and j.priority = p.priority
            and j.available_at <= v_now and (j.lease_expires_at is null or j.lease_expires_at <= v_now)
            and j.job_type = any (p_types)
          limit 1
        ) j
      )
      limit p_limit - pg_catalog.cardinality(v_lanes)
    ) d;
    v_lanes := v_lanes || v_more;
    exit when pg_catalog.cardinality(v_lanes) >= p_limit;
    v_start := '00000000-0000-0000-0000-000000000000';
  end loop;
  return v_lanes;
end
$function$;

revoke all on function private.due_lanes(uuid,integer,text[]) from public, anon, authenticated, service_role;

create or replace function private.due_schedules (
  p_limit integer
)
  returns table (
    id          uuid,
    cron        text,
    time_zone   text,
    catch_up    text,
    next_run_at timestamp with time zone,
    now         timestamp with time zone
  )
  language sql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
  select s.id, s.cron, s.time_zone, s.catch_up, s.next_run_at, pg_catalog.clock_timestamp()
  from control_plane.job_schedules s
  where s.is_enabled and s.fault is null and s.next_run_at <= pg_catalog.clock_timestamp()
  order by s.next_run_at, s.id
  limit p_limit
  for update skip locked
$function$;

revoke all on function private.due_schedules(integer) from public, anon, authenticated, service_role;

alter function "private"."due_schedules"(integer) owner to "gantry_definer";

create or replace function private.end_idempotent_request (
  p_id            uuid,
  p_fence         bigint,
  p_sealed_answer text    default null::text,
  p_is_success    boolean default null::boolean
)
  returns boolean
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
begin
  update control_plane.idempotency_keys k
  set lease_expires_at = pg_catalog.clock_timestamp(),
    sealed_answer = p_sealed_answer,
    is_success = p_is_success,
    answered_at = case when p_sealed_answer is not null then pg_catalog.clock_timestamp() end
  where k.id = p_id
    and k.fence = p_fence
    and k.answered_at is null
    and k.principal_type = 'user'
    and k.principal_id = private.caller_id();
  return found;
end
$function$;

revoke all on function private.end_idempotent_request(uuid,bigint,text,boolean) from public, anon, authenticated, service_role;

alter function "private"."end_idempotent_request"(uuid, bigint, text, boolean) owner to "gantry_definer";

create or replace function private.end_unknown_jobs (
  p_known_types text[]
)
  returns integer
  language sql
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
  with ended as (
    update public.background_jobs j
    set status = 'failed',
      fence = j.fence + 1,
      worker = null,
      lease_expires_at = null,
      dedupe_key = null,
      error_code = 'UNKNOWN_JOB_TYPE',
      error_message = 'No worker knew this type of job for an hour.',
      completed_at = pg_catalog.clock_timestamp()
    where j.completed_at is null
      and j.available_at < pg_catalog.now() - interval '1 hour'
      and (j.lease_expires_at is null or j.lease_expires_at < pg_catalog.now() - interval '1 hour')
      and j.job_type <> all (p_known_types)
    returning 1
  )
  select pg_catalog.count(*)::integer from ended
$function$;

revoke all on function private.end_unknown_jobs(text[]) from public, anon, authenticated, service_role;

create or replace function private.enqueue_job (
  p_job_type       text,
  p_tenant_id      uuid,
  p_payload        jsonb,
  p_resource_type  text                     default null::text,
  p_resource_id    uuid                     default null::uuid,
  p_run_at         timestamp with time zone default null::timestamp with time zone,
  p_dedupe_key     text                     default null::text,
  p_max_attempts   integer                  default 10,
  p_priority       integer                  default 0,
  p_is_cancellable boolean                  default true
)
  returns uuid
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_job_id uuid;
begin
  -- Two tries: between a conflict and the look-up the other job may be claimed, and then ours is new after all.
  for v_try in 1..2 loop
    insert into public.background_jobs (
      job_type, tenant_id, payload, resource_type, resource_id, available_at, dedupe_key, max_attempts,
      priority, is_cancellable, requested_by, request_id
    )
    values (
      p_job_type, p_tenant_id, p_payload, p_resource_type, p_resource_id, coalesce(p_run_at, pg_catalog.now()),
      p_dedupe_key, p_max_attempts, p_priority, p_is_cancellable, private.acting_user_id(),
      nullif(pg_catalog.current_setting('gantry.request_id', true), '')
    )
    on conflict (job_type, dedupe_key) where dedupe_key is not null do nothing
    returning id into v_job_id;
    exit when v_job_id is not null;

    select j.id into v_job_id
    from public.background_jobs j
    where j.job_type = p_job_type and j.dedupe_key = p_dedupe_key;
    exit when v_job_id is not null;
  end loop;
  return v_job_id;
end
$function$;

revoke all on function private.enqueue_job(text,uuid,jsonb,text,uuid,timestamp with time zone,text,integer,integer,boolean) from public, anon, authenticated, service_role;

alter function "private"."enqueue_job"(text, uuid, jsonb, text, uuid, timestamp
  with time zone, text, integer, integer, boolean) owner to "gantry_definer";

create or replace function private.enqueue_jobs (
  p_job_type     text,
  p_jobs         jsonb,
  p_run_at       timestamp with time zone default null::timestamp with time zone,
  p_max_attempts integer                  default 10,
  p_priority     integer                  default 0
)
  returns integer
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_user_id uuid := private.acting_user_id();
  v_request_id text := nullif(pg_catalog.current_setting('gantry.request_id', true), '');
  v_count integer;
begin
  insert into public.background_jobs (
    job_type, tenant_id, payload, available_at, max_attempts, priority, requested_by, request_id
  )
  select
    p_job_type, n."tenantId", n.payload, coalesce(p_run_at, pg_catalog.now()), p_max_attempts, p_priority, v_user_id,
    v_request_id
  from pg_catalog.jsonb_to_recordset(p_jobs) as n ("tenantId" uuid, payload jsonb);
  get diagnostics v_count = row_count;
  return v_count;
end
$function$;

revoke all on function private.enqueue_jobs(text,jsonb,timestamp with time zone,integer,integer) from public, anon, authenticated, service_role;

alter function "private"."enqueue_jobs"(text, jsonb, timestamp
  with time zone, integer, integer) owner to "gantry_definer";

create or replace function private.ensure_audit_partitions (
  p_months_ahead integer
)
  returns integer
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_month timestamptz;
  v_name text;
  v_created_count integer := 0;
begin
  for v_month in
    select m from pg_catalog.generate_series(
      pg_catalog.date_trunc('month', pg_catalog.now(), 'UTC'),
      pg_catalog.date_trunc('month', pg_catalog.now(), 'UTC') + pg_catalog.make_interval(months => p_months_ahead),
      interval '1 month'
    ) as m
  loop
    v_name := 'audit_logs_' || pg_catalog.to_char(v_month at time zone 'UTC', 'YYYY_MM');
    continue when pg_catalog.to_regclass('partitions.' || v_name) is not null;

    execute pg_catalog.format('create table partitions.%I (like public.audit_logs including all)', v_name);
    execute pg_catalog.format('alter table partitions.%I enable row level security, force row level security', v_name);
    execute pg_catalog.format(
      'revoke all on partitions.%I from public, anon, authenticated, service_role', v_name
    );
    -- Rows that came before their partition wait in the default one and move over with it.
    execute pg_catalog.format(
      'with moved as (delete from partitions.audit_logs_default where created_at >= %L and created_at < %L returning *)
       insert into partitions.%I select * from moved',
      v_month, v_month + interval '1 month', v_name
    );
    execute pg_catalog.format(
      'alter table public.audit_logs attach partition partitions.%I for values from (%L) to (%L)',
      v_name, v_month, v_month + interval '1 month'
    );
    v_created_count := v_created_count + 1;
  end loop;
  return v_created_count;
end
$function$;

revoke all on function private.ensure_audit_partitions(integer) from public, anon, authenticated, service_role;

create or replace function private.exchange_jobs (
  p_completed_ids    uuid[],
  p_completed_fences bigint[],
  p_worker           text,
  p_limit            integer,
  p_lease_seconds    integer,
  p_types            text[],
  p_after            uuid     default null::uuid,
  p_tenant_cap       integer  default null::integer
)
  returns table (
    event         text,
    id            uuid,
    tenant_id     uuid,
    job_type      text,
    payload       jsonb,
    checkpoint    jsonb,
    fence         bigint,
    attempts      integer,
    max_attempts  integer,
    resource_type text,
    resource_id   uuid,
    requested_by  uuid,
    request_id    text,
    turn          uuid
  )
  language plpgsql
  set search_path to 'pg_catalog', 'pg_temp'
  set plan_cache_mode to 'force_generic_plan'
  set enable_seqscan to 'off'
  set enable_bitmapscan to 'off'
  AS $function$
#variable_conflict use_column
begin
  if pg_catalog.cardinality(p_completed_ids) > 0 then
    return query
    with completed as (
      update public.background_jobs j
      set status = 'completed',
        worker = null,
        lease_expires_at = null,
        error_code = null,
        error_message = null,
        completed_at = pg_catalog.clock_timestamp(),
        progress = pg_catalog.jsonb_set(j.progress, '{percentage}', '100')
      from rows from (pg_catalog.unnest(p_completed_ids), pg_catalog.unnest(p_completed_fences)) as d (id, fence)
      where j.id = d.id and j.fence = d.fence and j.status = 'running'
      returning j.id
    )
    select
      'completed', c.id, null::uuid, null, null::jsonb, null::jsonb, null::bigint, null::integer, null::integer, null,
      null::uuid, null::uuid, null, null::uuid
    from completed c;
  end if;
  if p_limit > 0 then
    return query
    select 'claimed', c.*
    from private.claim_jobs(
      p_worker => p_worker, p_limit => p_limit, p_lease_seconds => p_lease_seconds, p_types => p_types,
      p_after => p_after, p_tenant_cap => p_tenant_cap
    ) c;
  end if;
end
$function$;

revoke all on function private.exchange_jobs(uuid[],bigint[],text,integer,integer,text[],uuid,integer) from public, anon, authenticated, service_role;

create or replace function private.fail_job (
  p_id            uuid,
  p_fence         bigint,
  p_error_code    text,
  p_error_message text,
  p_retryable     boolean
)
  returns text
  language sql
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
  with held as (
    select j.id,
      case
        when j.cancel_requested_at is not null then 'cancelled'
        when p_retryable and j.attempts < j.max_attempts then 'pending'
        else 'failed'
      end as next_status
    from public.background_jobs j
    where j.id = p_id and j.fence = p_fence and j.status = 'running'
    for update
  )
  update public.background_jobs j
  set status = held.next_status,
    worker = null,
    lease_expires_at = null,
    error_code = p_error_code,
    error_message = pg_catalog.left(p_error_message, 2000),
    -- 2 s, 4 s, 8 s ... at most 10 min, spread by half so that jobs which failed together do not come back together.
    available_at = pg_catalog.clock_timestamp()
      + least(interval '10 minutes', interval '1 second' * (2 ^ least(j.attempts, 10)))
      * (0.75 + pg_catalog.random() / 2),
    completed_at = case when held.next_status <> 'pending' then pg_catalog.clock_timestamp() end
  from held
  where j.id = held.id
  returning j.status
$function$;

revoke all on function private.fail_job(uuid,bigint,text,text,boolean) from public, anon, authenticated, service_role;

create or replace function private.fail_operation_of_job()
  returns trigger
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
begin
  with ended as (
    update public.provisioning_operations o
    set status = new.status,
      error_code = coalesce(new.error_code, 'CANCELLED'),
      error_message = new.error_message,
      finished_at = pg_catalog.clock_timestamp()
    where o.id = new.resource_id and o.status in ('pending', 'running')
    returning o.database_id
  )
  update control_plane.tenant_databases d
  set status = 'error'
  from ended
  where d.id = ended.database_id and d.deleted_at is null;
  return null;
end
$function$;

revoke all on function private.fail_operation_of_job() from public, anon, authenticated, service_role;

alter function "private"."fail_operation_of_job"() owner to "gantry_definer";

create or replace function private.fire_schedules (
  p_firings jsonb
)
  returns integer
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_count integer;
begin
  -- The unique slot is the last word: whoever comes twice, after whatever went wrong, queues nothing more.
  insert into public.background_jobs (tenant_id, job_type, payload, schedule_name, slot)
  select s.tenant_id, s.job_type, s.payload, s.name, d.slot
  from pg_catalog.jsonb_to_recordset(p_firings) as f (id uuid, slots timestamptz[], "expectedAt" timestamptz)
  join control_plane.job_schedules s on s.id = f.id and s.next_run_at = f."expectedAt" and s.is_enabled
  cross join lateral pg_catalog.unnest(f.slots) as d (slot)
  on conflict (lane, schedule_name, slot) where slot is not null do nothing;
  get diagnostics v_count = row_count;

  update control_plane.job_schedules s
  set next_run_at = f."nextRunAt",
    alarm_at = f."alarmAt",
    last_slot = coalesce(f.slots[pg_catalog.cardinality(f.slots)], s.last_slot),
    fault = f.fault
  from pg_catalog.jsonb_to_recordset(p_firings) as f (
    id uuid, slots timestamptz[], "expectedAt" timestamptz, "nextRunAt" timestamptz, "alarmAt" timestamptz, fault text
  )
  where s.id = f.id and s.next_run_at = f."expectedAt" and s.is_enabled;
  return v_count;
end
$function$;

revoke all on function private.fire_schedules(jsonb) from public, anon, authenticated, service_role;

alter function "private"."fire_schedules"(jsonb) owner to "gantry_definer";

create or replace function private.follow_membership_removal()
  returns trigger
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
begin
  -- The foreign key has already cleared the choice of this tenant; the personal one takes its place.
  update public.users u
  set active_tenant_id = (select t.tenant_id from control_plane.tenants t where t.personal_user_id = u.id)
  where u.id = old.user_id and u.deleted_at is null
    and (u.active_tenant_id is null or u.active_tenant_id = old.tenant_id);

  -- A tenant that nobody belongs to any more has a week before it is removed.
  update control_plane.tenants t
  set status = 'inactive',
    suspended_at = null,
    suspended_reason = null,
    suspended_by_platform = false,
    deletion_scheduled_at = pg_catalog.now() + interval '7 days'
  where t.tenant_id = old.tenant_id
    and not exists (select from public.memberships m where m.tenant_id = old.tenant_id);
  return null;
end
$function$;

revoke all on function private.follow_membership_removal() from public, anon, authenticated, service_role;

alter function "private"."follow_membership_removal"() owner to "gantry_definer";

create or replace function private.follow_standing()
  returns trigger
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
begin
  perform private.enqueue_job(
    p_job_type => 'provisioning.follow-tenant',
    p_tenant_id => new.tenant_id,
    p_payload => '{}',
    p_dedupe_key => new.tenant_id::text,
    p_is_cancellable => false
  );
  return null;
end
$function$;

revoke all on function private.follow_standing() from public, anon, authenticated, service_role;

alter function "private"."follow_standing"() owner to "gantry_definer";

create or replace function private.follow_tenant (
  p_tenant_id uuid
)
  returns boolean
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_is_open boolean;
  v_database control_plane.tenant_databases;
begin
  select t.status in ('active', 'pending') into v_is_open
  from control_plane.tenants t where t.tenant_id = p_tenant_id for no key update;
  if not found then
    return true;
  end if;
  if exists (
    select from public.provisioning_operations o
    where o.tenant_id = p_tenant_id and o.status in ('pending', 'running')
  ) then
    return false;
  end if;

  select d.* into v_database
  from control_plane.tenant_databases d
  where d.tenant_id = p_tenant_id
    and d.deleted_at is null
    -- One that has just failed for good gets a pause, not an operation every other second.
    and not exists (
      select from public.provisioning_operations o
      where o.tenant_id = d.tenant_id and o.database_id = d.id and o.kind in ('suspend', 'resume')
        and o.status = 'failed' and o.finished_at > now() - interval '5 minutes'
    )
    and case
      when v_is_open then d.status = 'inactive' and d.is_suspended_with_tenant
      -- In error, the login at the target may still be open, whatever it was that failed.
      else d.status in ('active', 'error') and d.connection_string_encrypted is not null
    end
  order by d.id
  limit 1;
  if not found then
    return v_is_open or not exists (
      select from control_plane.tenant_databases d
      where d.tenant_id = p_tenant_id and d.deleted_at is null
        and d.status in ('active', 'error') and d.connection_string_encrypted is not null
    );
  end if;

  update control_plane.tenant_databases d
  set is_suspended_with_tenant = not v_is_open and d.status = 'active'
  where d.id = v_database.id;
  perform private.open_operation(
    p_kind => case when v_is_open then 'resume' else 'suspend' end,
    p_tenant_id => p_tenant_id,
    p_database_id => v_database.id
  );
  return false;
end
$function$;

revoke all on function private.follow_tenant(uuid) from public, anon, authenticated, service_role;

alter function "private"."follow_tenant"(uuid) owner to "gantry_definer";

create or replace function private.guard_job_content()
  returns trigger
  language plpgsql
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_content text := new.payload::text || coalesce(new.checkpoint::text, '')
    || case when new.metadata = '{}' then '' else new.metadata::text end;
begin
  if pg_catalog.octet_length(v_content) > 16384 and (
    pg_catalog.octet_length(new.payload::text) > 65536 or pg_catalog.octet_length(new.metadata::text) > 65536
    or pg_catalog.octet_length(new.checkpoint::text) > 16384
  ) then
    raise exception using errcode = 'check_violation', message = 'a job''s content is too large',
      constraint = 'content_is_small', table = tg_table_name, schema = tg_table_schema;
  end if;
  -- Cheap, and true of few: only those are looked at closely.
  if v_content ~* 'secret|pass|token|key' and private.has_secret_keys(
    pg_catalog.jsonb_build_array(new.payload, new.metadata, new.checkpoint)
  ) then
    raise exception using errcode = 'check_violation', message = 'a job''s content holds a secret''s name',
      constraint = 'content_holds_no_secret', table = tg_table_name, schema = tg_table_schema;
  end if;
  return new;
end
$function$;

revoke all on function private.guard_job_content() from public, anon, authenticated, service_role;

create or replace function private.guard_live_database()
  returns trigger
  language plpgsql
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
begin
  if old.deleted_at is null then
    perform private.raise_problem(409, 'DATABASE_LIVE');
  end if;
  return old;
end
$function$;

revoke all on function private.guard_live_database() from public, anon, authenticated, service_role;

create or replace function private.guard_membership()
  returns trigger
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_caller_id uuid := private.caller_id();
  v_personal_user_id uuid;
  v_caller_rank integer;
begin
  if tg_op = 'UPDATE' and new.role = old.role then
    return new;
  end if;

  -- Serialises all changes of one tenant's members, so that two last owners cannot leave at the same time. A write, not
  -- only a lock: under repeatable read the second one then fails instead of deciding by what it saw before.
  update control_plane.tenants t
  set updated_at = pg_catalog.now()
  where t.tenant_id = old.tenant_id
  returning t.personal_user_id into v_personal_user_id;
  if not found then
    return old; -- the tenant itself is being deleted
  end if;

  select r.rank into v_caller_rank
  from public.memberships m join public.roles r on r.name = m.role
  where m.tenant_id = old.tenant_id and m.user_id = v_caller_id;
  if v_caller_id is not null and exists (
    select from public.roles r
    where r.name in (old.role, case when tg_op = 'UPDATE' then new.role end) and r.rank > coalesce(v_caller_rank, -1)
  ) then
    perform private.raise_problem(403, 'ROLE_ABOVE_OWN');
  end if;

  if v_personal_user_id = old.user_id
    and exists (select from public.users u where u.id = old.user_id and u.deleted_at is null)
  then
    perform private.raise_problem(409, 'PERSONAL_TENANT');
  end if;

  if old.role = 'owner'
    and exists (select from public.memberships m where m.tenant_id = old.tenant_id and m.id <> old.id)
    and not exists (
      select from public.memberships m where m.tenant_id = old.tenant_id and m.id <> old.id and m.role = 'owner'
    )
  then
    perform private.raise_problem(409, 'LAST_OWNER');
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$function$;

revoke all on function private.guard_membership() from public, anon, authenticated, service_role;

alter function "private"."guard_membership"() owner to "gantry_definer";

create or replace function private.has_secret_keys (
  p_value jsonb
)
  returns boolean
  language sql
  immutable
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
  -- In the text of a jsonb value `": ` follows only a key: quotes inside of strings are written as \", and strings that
  -- are values are followed by a comma or a bracket. One pass over the text, however deep the value is nested.
  select p_value::text ~* '(secret|password|passwd|passphrase|token|api[_-]?key|private[_-]?key|access[_-]?key)s?": '
$function$;

revoke all on function private.has_secret_keys(jsonb) from public, anon, authenticated, service_role;

create or replace function private.missed_schedules()
  returns table (
    name        text,
    tenant_id   uuid,
    next_run_at timestamp with time zone,
    last_slot   timestamp with time zone,
    fault       text
  )
  language sql
  stable
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
  select s.name, s.tenant_id, s.next_run_at, s.last_slot, s.fault
  from control_plane.job_schedules s
  where s.is_enabled and (s.fault is not null or s.alarm_at <= pg_catalog.clock_timestamp())
  order by s.next_run_at, s.name
$function$;

revoke all on function private.missed_schedules() from public, anon, authenticated, service_role;

create or replace function private.on_auth_user_created()
  returns trigger
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  set lock_timeout to '2s'
  AS $function$
begin
  perform private.register_user(new.id, new.email, new.raw_user_meta_data ->> 'full_name');
  return new;
exception
  -- A sign-up never fails or waits because of us: the maintenance job finds people without a row and makes it then.
  when others then
    raise warning 'sign-up of % has no tenant yet: % %', new.id, sqlstate, sqlerrm;
    return new;
end
$function$;

revoke all on function private.on_auth_user_created() from public, anon, authenticated, service_role;

create or replace function private.on_auth_user_deleted()
  returns trigger
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_tenant_id uuid;
begin
  -- Memberships are locked before the person, as everybody does who removes a member, so that none waits in a ring.
  perform from public.memberships m where m.user_id = old.id order by m.tenant_id for no key update;
  update public.users u
  set deleted_at = pg_catalog.now(), is_active = false, email = null, full_name = null, active_tenant_id = null
  where u.id = old.id;

  -- In the order of tenants, so that two people who leave the same ones never wait for each other in a ring.
  for v_tenant_id in
    select m.tenant_id from public.memberships m where m.user_id = old.id order by m.tenant_id
  loop
    delete from public.memberships m where m.user_id = old.id and m.tenant_id = v_tenant_id;
  end loop;
  update control_plane.tenants t
  set display_name = 'Personal', slug = t.name
  where t.personal_user_id = old.id;
  return old;
end
$function$;

revoke all on function private.on_auth_user_deleted() from public, anon, authenticated, service_role;

create or replace function private.on_auth_user_updated()
  returns trigger
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  set lock_timeout to '2s'
  AS $function$
begin
  update public.users u set email = new.email where u.id = new.id and u.deleted_at is null;
  return new;
exception
  -- Signing in with the new address must not depend on the mirror; the maintenance job brings it up to date.
  when others then
    raise warning 'e-mail of % is not mirrored yet: % %', new.id, sqlstate, sqlerrm;
    return new;
end
$function$;

revoke all on function private.on_auth_user_updated() from public, anon, authenticated, service_role;

create or replace function private.open_operation (
  p_kind         text,
  p_tenant_id    uuid,
  p_database_id  uuid,
  p_operation_id uuid default null::uuid
)
  returns uuid
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_operation_id uuid;
  v_holder jsonb;
begin
  insert into public.provisioning_operations (id, tenant_id, database_id, kind, requested_by)
  values (
    coalesce(p_operation_id, pg_catalog.gen_random_uuid()), p_tenant_id, p_database_id, p_kind, private.acting_user_id()
  )
  on conflict (tenant_id) where status in ('pending', 'running') do nothing
  returning id into v_operation_id;

  if v_operation_id is null then
    select pg_catalog.jsonb_build_object('operationId', o.id, 'kind', o.kind, 'startedAt', o.created_at) into v_holder
    from public.provisioning_operations o
    where o.tenant_id = p_tenant_id and o.status in ('pending', 'running');
    perform private.raise_problem(423, 'OPERATION_IN_PROGRESS', v_holder::text);
  end if;

  perform private.enqueue_job(
    p_job_type => 'provisioning.run',
    p_tenant_id => p_tenant_id,
    p_payload => pg_catalog.jsonb_build_object('operationId', v_operation_id),
    p_resource_type => 'provisioning_operation',
    p_resource_id => v_operation_id,
    -- A creation may be given up; what would be left half open or half gone may not.
    p_is_cancellable => p_kind = 'create'
  );
  return v_operation_id;
end
$function$;

revoke all on function private.open_operation(text,uuid,uuid,uuid) from public, anon, authenticated, service_role;

alter function "private"."open_operation"(text, uuid, uuid, uuid) owner to "gantry_definer";

create or replace function private.place_database (
  p_tenant_id uuid,
  p_name      text,
  p_region    text
)
  returns uuid
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_name text := coalesce(p_name, 'main');
  v_database_id uuid := pg_catalog.gen_random_uuid();
  v_hex text := pg_catalog.replace(v_database_id::text, '-', '');
  v_existing control_plane.tenant_databases;
  v_target control_plane.provisioning_targets;
begin
  -- Who calls this holds the tenant's row, so the second of two requests sees the first one's database.
  select d.* into v_existing
  from control_plane.tenant_databases d
  where d.tenant_id = p_tenant_id and d.name = v_name and d.deleted_at is null;
  if found then
    -- A creation that failed is taken up again on the same row, and so on the same names at the target.
    if v_existing.status in ('error', 'migrating') then
      return v_existing.id;
    end if;
    perform private.raise_problem(409, 'DATABASE_NAME_TAKEN');
  end if;

  select pt.* into v_target
  from control_plane.provisioning_targets pt
  where pt.status = 'active'
    and (p_region is null or pt.region = p_region)
    and pt.capacity > (
      select pg_catalog.count(*) from control_plane.tenant_databases d where d.target_id = pt.id and d.deleted_at is null
    )
  order by pg_catalog.random()
  limit 1
  for no key update;
  if not found then
    perform private.raise_problem(409, 'NO_TARGET_AVAILABLE');
  end if;
  -- The count above may be older than the lock; now that we hold it, it is not.
  if v_target.capacity <= (
    select pg_catalog.count(*) from control_plane.tenant_databases d
    where d.target_id = v_target.id and d.deleted_at is null
  ) then
    perform private.raise_problem(409, 'NO_TARGET_AVAILABLE');
  end if;

  insert into control_plane.tenant_databases (id, tenant_id, target_id, name, database_name, role_name, host, port)
  values (
    v_database_id, p_tenant_id, v_target.id, v_name, 'db_' || v_hex, 'tenant_' || v_hex, v_target.host, v_target.port
  );
  return v_database_id;
end
$function$;

revoke all on function private.place_database(uuid,text,text) from public, anon, authenticated, service_role;

alter function "private"."place_database"(uuid, text, text) owner to "gantry_definer";

create or replace function private.pre_request()
  returns void
  language plpgsql
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_headers jsonb := nullif(pg_catalog.current_setting('request.headers', true), '')::jsonb;
begin
  -- Nothing of an earlier request or of the caller's own making survives in our settings.
  perform pg_catalog.set_config('gantry.key_id', '', true),
    pg_catalog.set_config('gantry.key_tenant', '', true),
    pg_catalog.set_config('gantry.actor_id', '', true),
    pg_catalog.set_config('gantry.request_id', '', true),
    pg_catalog.set_config('gantry.client_address', private.client_address(v_headers ->> 'x-forwarded-for'), true),
    pg_catalog.set_config('gantry.user_agent', coalesce(v_headers ->> 'user-agent', ''), true);

  -- These counts are the planner's guesses about the whole table, other tenants' rows included.
  if v_headers ->> 'prefer' ~* 'count\s*=\s*(planned|estimated)' then
    perform private.raise_problem(400, 'COUNT_NOT_EXACT');
  end if;

  -- A credential of a kind that is not accepted is refused; it never means "without it".
  if v_headers ? 'x-api-key' or v_headers ? 'x-impersonation-session' then
    perform private.raise_problem(401, 'CREDENTIAL_INVALID');
  end if;
end
$function$;

revoke all on function private.pre_request() from public, anon, authenticated, service_role;

create or replace function private.purge_due_tenants()
  returns integer
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_tenant_id uuid;
  v_database_id uuid;
  v_purged_count integer := 0;
begin
  for v_tenant_id in
    select t.tenant_id from control_plane.tenants t
    where t.deletion_scheduled_at <= pg_catalog.now()
    order by t.tenant_id
    for update skip locked
  loop
    continue when exists (
      select from public.provisioning_operations o
      where o.tenant_id = v_tenant_id and o.status in ('pending', 'running')
    );
    select d.id into v_database_id
    from control_plane.tenant_databases d
    where d.tenant_id = v_tenant_id and d.deleted_at is null
    order by d.id limit 1;
    -- Databases go first, one operation at a time; the tenant goes when a later run finds none.
    if found then
      perform private.open_operation(p_kind => 'delete', p_tenant_id => v_tenant_id, p_database_id => v_database_id);
    else
      -- Without its data key nothing that was sealed for the tenant opens again, in backups neither.
      update control_plane.tenant_data_keys k
      set wrapped_key = null, destroyed_at = pg_catalog.now()
      where k.tenant_id = v_tenant_id and k.destroyed_at is null;
      delete from control_plane.tenants t where t.tenant_id = v_tenant_id;
      v_purged_count := v_purged_count + 1;
    end if;
  end loop;
  return v_purged_count;
end
$function$;

revoke all on function private.purge_due_tenants() from public, anon, authenticated, service_role;

create or replace function private.raise_problem (
  p_status integer,
  p_code   text,
  p_detail text    default null::text
)
  returns void
  language plpgsql
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
begin
  -- PostgREST answers SQLSTATE PTxyz with HTTP status xyz; edge functions read the code from the message.
  raise exception using
    errcode = 'PT' || p_status,
    message = p_code,
    detail = coalesce(p_detail, '');
end
$function$;

revoke all on function private.raise_problem(integer,text,text) from public, anon, authenticated, service_role;

create or replace function private.read_connection (
  p_database_id uuid
)
  returns table (
    tenant_id     uuid,
    sealed        text,
    wrapped_key   bytea,
    key_version   integer,
    master_key_id text
  )
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_tenant_id uuid;
begin
  select d.tenant_id into v_tenant_id
  from control_plane.tenant_databases d
  where d.id = p_database_id
    and d.deleted_at is null
    and d.tenant_id = any (private.tenants_with('tenants.read'));
  if not found then
    perform private.raise_problem(404, 'NOT_FOUND');
  end if;
  perform private.require_permission(p_tenant_id => v_tenant_id, p_permission => 'databases.connect');

  -- In the reader's own transaction: if this row cannot be written, nothing is read.
  perform private.record_audit(
    p_tenant_id => v_tenant_id,
    p_action => 'databases.connect',
    p_resource_type => 'database',
    p_resource_id => p_database_id::text,
    p_metadata => '{}'
  );
  return query
  select d.tenant_id, d.connection_string_encrypted, k.wrapped_key, k.version, k.master_key_id
  from control_plane.tenant_databases d
  join control_plane.tenant_data_keys k on k.tenant_id = d.tenant_id and k.version = d.key_version
  where d.id = p_database_id and d.status = 'active' and k.destroyed_at is null;
  if not found then
    perform private.raise_problem(409, 'DATABASE_STATE_CONFLICT');
  end if;
end
$function$;

revoke all on function private.read_connection(uuid) from public, anon, authenticated, service_role;

alter function "private"."read_connection"(uuid) owner to "gantry_definer";

create or replace function private.record_audit (
  p_tenant_id     uuid,
  p_action        text,
  p_resource_type text,
  p_resource_id   text,
  p_metadata      jsonb
)
  returns void
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
begin
  perform private.write_audit(
    p_tenant_id => p_tenant_id,
    p_action_type => 'access',
    p_action => p_action,
    p_resource_type => p_resource_type,
    p_resource_id => p_resource_id,
    p_old_value => null,
    p_new_value => null,
    p_metadata => p_metadata
  );
end
$function$;

revoke all on function private.record_audit(uuid,text,text,text,jsonb) from public, anon, authenticated, service_role;

alter function "private"."record_audit"(uuid, text, text, text, jsonb) owner to "gantry_definer";

create or replace function private.record_heartbeat (
  p_name text
)
  returns void
  language sql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
  insert into control_plane.heartbeats as h (name, last_good_at) values (p_name, pg_catalog.clock_timestamp())
  on conflict (name) do update set last_good_at = excluded.last_good_at where h.last_good_at < excluded.last_good_at
$function$;

revoke all on function private.record_heartbeat(text) from public, anon, authenticated, service_role;

alter function "private"."record_heartbeat"(text) owner to "gantry_definer";

create or replace function private.redrive_job (
  p_tenant_id uuid,
  p_job_id    uuid
)
  returns void
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_job public.background_jobs;
begin
  perform private.require_permission(p_tenant_id => p_tenant_id, p_permission => 'jobs.manage');

  select j.* into v_job from public.background_jobs j
  where j.tenant_id = p_tenant_id and j.id = p_job_id for update;
  if not found then
    perform private.raise_problem(404, 'NOT_FOUND');
  end if;
  if v_job.status <> 'failed' then
    perform private.raise_problem(409, 'JOB_STATE_CONFLICT', 'Only a failed job can be run again.');
  end if;
  if v_job.resource_type is not distinct from 'provisioning_operation' then
    perform private.raise_problem(409, 'JOB_STATE_CONFLICT', 'Ask for the operation again.');
  end if;
  perform private.reopen_job(p_job_id => p_job_id);
  perform private.record_audit(
    p_tenant_id => p_tenant_id, p_action => 'background_job.redrive', p_resource_type => 'background_job',
    p_resource_id => p_job_id::text,
    p_metadata => pg_catalog.jsonb_build_object('jobType', v_job.job_type, 'errorCode', v_job.error_code)
  );
end
$function$;

revoke all on function private.redrive_job(uuid,uuid) from public, anon, authenticated, service_role;

alter function "private"."redrive_job"(uuid, uuid) owner to "gantry_definer";

create or replace function private.redrive_jobs (
  p_job_type   text,
  p_tenant_id  uuid    default null::uuid,
  p_error_code text    default null::text,
  p_limit      integer default 100
)
  returns integer
  language plpgsql
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_job_id uuid;
  v_count integer := 0;
begin
  for v_job_id in
    select j.id from public.background_jobs j
    where j.status = 'failed' and j.job_type = p_job_type and j.resource_type is distinct from 'provisioning_operation'
      and (p_tenant_id is null or j.tenant_id = p_tenant_id)
      and (p_error_code is null or j.error_code = p_error_code)
    order by j.completed_at limit p_limit
    for update skip locked
  loop
    perform private.reopen_job(p_job_id => v_job_id);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$function$;

revoke all on function private.redrive_jobs(text,uuid,text,integer) from public, anon, authenticated, service_role;

create or replace function private.register_schedule (
  p_name        text,
  p_tenant_id   uuid,
  p_cron        text,
  p_time_zone   text,
  p_job_type    text,
  p_payload     jsonb,
  p_catch_up    text,
  p_is_enabled  boolean,
  p_next_run_at timestamp with time zone,
  p_alarm_at    timestamp with time zone
)
  returns uuid
  language sql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
  insert into control_plane.job_schedules as s (
    name, tenant_id, cron, time_zone, job_type, payload, catch_up, is_enabled, next_run_at, alarm_at
  )
  values (
    p_name, p_tenant_id, p_cron, p_time_zone, p_job_type, p_payload, p_catch_up, p_is_enabled, p_next_run_at, p_alarm_at
  )
  on conflict (tenant_id, name) do update
  set cron = excluded.cron,
    time_zone = excluded.time_zone,
    job_type = excluded.job_type,
    payload = excluded.payload,
    catch_up = excluded.catch_up,
    is_enabled = excluded.is_enabled,
    fault = null,
    -- The same times stay as they are: whoever registers again, at each start or twenty times a minute, moves nothing.
    next_run_at = case
      when s.is_enabled and s.fault is null and (s.cron, s.time_zone) = (excluded.cron, excluded.time_zone)
        then s.next_run_at
      else excluded.next_run_at
    end,
    alarm_at = case
      when s.is_enabled and s.fault is null and (s.cron, s.time_zone) = (excluded.cron, excluded.time_zone)
        then s.alarm_at
      else excluded.alarm_at
    end
  returning s.id
$function$;

revoke all on function private.register_schedule(text,uuid,text,text,text,jsonb,text,boolean,timestamp with time zone,timestamp with time zone) from public, anon, authenticated, service_role;

alter function "private"."register_schedule"(text, uuid, text, text, text, jsonb, text, boolean, timestamp
  with time zone, timestamp with time zone) owner to "gantry_definer";

create or replace function private.register_user (
  p_user_id   uuid,
  p_email     text,
  p_full_name text
)
  returns void
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_full_name text := nullif(
    pg_catalog.left(pg_catalog.btrim(pg_catalog.regexp_replace(p_full_name, '[\x01-\x1f\x7f]+', ' ', 'g')), 200), ''
  );
  v_personal_name text := 'personal-' || p_user_id;
  v_tenant_id uuid;
begin
  insert into public.users (id, email, full_name)
  values (p_user_id, p_email, v_full_name)
  on conflict (id) do nothing;

  insert into control_plane.tenants (name, slug, display_name, personal_user_id, created_by)
  values (v_personal_name, v_personal_name, 'Personal', p_user_id, p_user_id)
  on conflict (name) do nothing;

  select t.tenant_id into strict v_tenant_id from control_plane.tenants t where t.personal_user_id = p_user_id;

  insert into public.memberships (tenant_id, user_id, role)
  values (v_tenant_id, p_user_id, 'owner')
  on conflict (user_id, tenant_id) do nothing;

  update public.users u
  set active_tenant_id = v_tenant_id
  where u.id = p_user_id and u.active_tenant_id is null and u.deleted_at is null;
end
$function$;

revoke all on function private.register_user(uuid,text,text) from public, anon, authenticated, service_role;

alter function "private"."register_user"(uuid, text, text) owner to "gantry_definer";

create or replace function private.remove_ended_jobs (
  p_limit integer
)
  returns integer
  language sql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
  with old as (
    select j.id from public.background_jobs j
    where j.completed_at < pg_catalog.now() - interval '14 days'
      and (j.status <> 'failed' or j.completed_at < pg_catalog.now() - interval '90 days')
    order by j.completed_at limit p_limit
    for update skip locked
  ),
  removed as (
    delete from public.background_jobs j using old where j.id = old.id returning 1
  )
  select pg_catalog.count(*)::integer from removed
$function$;

revoke all on function private.remove_ended_jobs(integer) from public, anon, authenticated, service_role;

alter function "private"."remove_ended_jobs"(integer) owner to "gantry_definer";

create or replace function private.remove_idempotency_keys (
  p_limit integer
)
  returns integer
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_removed_count integer;
begin
  delete from control_plane.idempotency_keys k
  where k.id in (
    select old.id from control_plane.idempotency_keys old
    where old.created_at < pg_catalog.now() - interval '72 hours'
      and old.lease_expires_at < pg_catalog.clock_timestamp()
    order by old.created_at
    limit p_limit
    for update skip locked
  );
  get diagnostics v_removed_count = row_count;
  return v_removed_count;
end
$function$;

revoke all on function private.remove_idempotency_keys(integer) from public, anon, authenticated, service_role;

alter function "private"."remove_idempotency_keys"(integer) owner to "gantry_definer";

create or replace function private.renew_jobs (
  p_ids           uuid[],
  p_fences        bigint[],
  p_lease_seconds integer
)
  returns table (
    id            uuid,
    is_cancelling boolean
  )
  language sql
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
  update public.background_jobs j
  set lease_expires_at = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => p_lease_seconds)
  from rows from (pg_catalog.unnest(p_ids), pg_catalog.unnest(p_fences)) as d (id, fence)
  where j.id = d.id and j.fence = d.fence and j.status = 'running'
  returning j.id, j.cancel_requested_at is not null
$function$;

revoke all on function private.renew_jobs(uuid[],bigint[],integer) from public, anon, authenticated, service_role;

create or replace function private.reopen_job (
  p_job_id uuid
)
  returns void
  language sql
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
  update public.background_jobs j
  set status = 'pending',
    attempts = 0,
    fence = j.fence + 1,
    available_at = pg_catalog.clock_timestamp(),
    completed_at = null
  where j.id = p_job_id and j.status = 'failed'
$function$;

revoke all on function private.reopen_job(uuid) from public, anon, authenticated, service_role;

create or replace function private.repair_signups()
  returns integer
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_user record;
  v_repaired_count integer := 0;
begin
  for v_user in
    select a.id, a.email, a.raw_user_meta_data ->> 'full_name' as full_name
    from auth.users a
    left join public.users u on u.id = a.id
    where u.id is null or (u.deleted_at is null and u.email is distinct from a.email)
  loop
    begin
      perform private.register_user(v_user.id, v_user.email, v_user.full_name);
      update public.users u set email = v_user.email where u.id = v_user.id and u.email is distinct from v_user.email;
      v_repaired_count := v_repaired_count + 1;
    exception
      -- One that still fails must not keep the others waiting; it is found again next time.
      when others then
        raise warning 'sign-up of % cannot be repaired: % %', v_user.id, sqlstate, sqlerrm;
    end;
  end loop;
  return v_repaired_count;
end
$function$;

revoke all on function private.repair_signups() from public, anon, authenticated, service_role;

create or replace function private.report_job_progress (
  p_id      uuid,
  p_fence   bigint,
  p_current integer,
  p_total   integer,
  p_message text
)
  returns boolean
  language sql
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
  with reported as (
    update public.background_jobs j
    set progress = private.advance_progress(j.progress, p_current, p_total, p_message)
    where j.id = p_id and j.fence = p_fence and j.status = 'running'
    returning 1
  )
  select exists (select from reported)
$function$;

revoke all on function private.report_job_progress(uuid,bigint,integer,integer,text) from public, anon, authenticated, service_role;

create or replace function private.request_database_operation (
  p_kind         text,
  p_tenant_id    uuid,
  p_database_id  uuid default null::uuid,
  p_name         text default null::text,
  p_region       text default null::text,
  p_operation_id uuid default null::uuid
)
  returns uuid
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_database control_plane.tenant_databases;
begin
  perform private.require_permission(p_tenant_id => p_tenant_id, p_permission => 'databases.manage');

  -- Requests of a tenant take turns, so that one that was sent again sees what the first one did.
  perform from control_plane.tenants t where t.tenant_id = p_tenant_id for no key update;
  if exists (
    select from public.provisioning_operations o
    where o.id = p_operation_id
      and o.tenant_id = p_tenant_id
      and o.kind = p_kind
      and o.requested_by = private.caller_id()
      and (p_database_id is null or o.database_id = p_database_id)
  ) then
    return p_operation_id;
  end if;

  if p_kind = 'create' then
    return private.open_operation(
      p_kind => 'create',
      p_tenant_id => p_tenant_id,
      p_database_id => private.place_database(p_tenant_id => p_tenant_id, p_name => p_name, p_region => p_region),
      p_operation_id => p_operation_id
    );
  end if;

  select d.* into v_database
  from control_plane.tenant_databases d
  where d.tenant_id = p_tenant_id and d.id = p_database_id and d.deleted_at is null;
  if not found then
    perform private.raise_problem(404, 'NOT_FOUND');
  end if;
  -- From error too: a suspend or resume that failed is taken up again by asking once more.
  if (p_kind = 'suspend' and v_database.status not in ('active', 'error'))
    or (p_kind = 'resume' and v_database.status not in ('inactive', 'error'))
    or (p_kind <> 'delete' and v_database.connection_string_encrypted is null)
  then
    perform private.raise_problem(409, 'DATABASE_STATE_CONFLICT', 'The database is ' || v_database.status || '.');
  end if;
  return private.open_operation(
    p_kind => p_kind,
    p_tenant_id => p_tenant_id,
    p_database_id => p_database_id,
    p_operation_id => p_operation_id
  );
end
$function$;

revoke all on function private.request_database_operation(text,uuid,uuid,text,text,uuid) from public, anon, authenticated, service_role;

alter function "private"."request_database_operation"(text, uuid, uuid, text, text, uuid) owner to
  "gantry_definer";

create or replace function private.require_permission (
  p_tenant_id  uuid,
  p_permission text
)
  returns void
  language plpgsql
  stable
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
begin
  if private.tenant_with(p_permission) is not distinct from p_tenant_id and p_tenant_id is not null then
    return;
  end if;
  -- Only a member may learn that the tenant exists; to everybody else it looks like a missing one.
  if p_tenant_id = any (private.tenants_with('tenants.read')) then
    perform private.raise_problem(403, 'FORBIDDEN');
  end if;
  perform private.raise_problem(404, 'NOT_FOUND');
end
$function$;

revoke all on function private.require_permission(uuid,text) from public, anon, authenticated, service_role;

alter function "private"."require_permission"(uuid, text) owner to "gantry_definer";

create or replace function private.set_tenant_suspended (
  p_tenant_id uuid,
  p_suspended boolean,
  p_reason    text
)
  returns void
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_tenant control_plane.tenants;
begin
  perform private.require_permission(p_tenant_id => p_tenant_id, p_permission => 'tenants.suspend');
  select t.* into strict v_tenant from control_plane.tenants t where t.tenant_id = p_tenant_id for no key update;

  if (v_tenant.status = 'suspended') = p_suspended then
    return;
  end if;
  if v_tenant.status = 'inactive' then
    perform private.raise_problem(409, 'TENANT_INACTIVE');
  end if;
  if v_tenant.suspended_by_platform then
    perform private.raise_problem(403, 'SUSPENDED_BY_PLATFORM');
  end if;

  update control_plane.tenants t
  set status = case when p_suspended then 'suspended' else 'active' end,
    suspended_at = case when p_suspended then pg_catalog.now() end,
    suspended_reason = case when p_suspended then p_reason end
  where t.tenant_id = p_tenant_id;
end
$function$;

revoke all on function private.set_tenant_suspended(uuid,boolean,text) from public, anon, authenticated, service_role;

alter function "private"."set_tenant_suspended"(uuid, boolean, text) owner to "gantry_definer";

create or replace function private.set_updated_at()
  returns trigger
  language plpgsql
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
begin
  new.updated_at := pg_catalog.now();
  return new;
end
$function$;

revoke all on function private.set_updated_at() from public, anon, authenticated, service_role;

create or replace function private.take_jobs (
  p_lane          uuid,
  p_limit         integer,
  p_worker        text,
  p_lease_seconds integer,
  p_types         text[],
  p_tenant_cap    integer
)
  returns table (
    id            uuid,
    tenant_id     uuid,
    job_type      text,
    payload       jsonb,
    checkpoint    jsonb,
    fence         bigint,
    attempts      integer,
    max_attempts  integer,
    resource_type text,
    resource_id   uuid,
    requested_by  uuid,
    request_id    text
  )
  language plpgsql
  set search_path to 'pg_catalog', 'pg_temp'
  set plan_cache_mode to 'force_generic_plan'
  set enable_seqscan to 'off'
  set enable_bitmapscan to 'off'
  AS $function$
#variable_conflict use_column
declare
  v_now timestamptz := pg_catalog.clock_timestamp();
  v_limit integer := p_limit;
begin
  if p_tenant_cap is not null then
    select least(p_limit, p_tenant_cap - pg_catalog.count(*)) into v_limit
    from public.background_jobs j
    where j.completed_at is null and j.lane = p_lane and j.lease_expires_at > v_now;
    if v_limit <= 0 then
      return;
    end if;
  end if;
  return query
  with due as materialized (
    select d.id
    from pg_catalog.unnest('{1,0,-1}'::smallint[]) as p (priority)
    cross join lateral (
      select j.id
      from public.background_jobs j
      where j.completed_at is null and j.lane = p_lane and j.priority = p.priority
        and j.available_at <= v_now and (j.lease_expires_at is null or j.lease_expires_at <= v_now)
        and j.job_type = any (p_types)
      order by j.available_at, j.id
      limit v_limit
      for update skip locked
    ) d
    limit v_limit
  ),
  taken as (
    -- A running job in here has outlived its lease. It ends if it was to be cancelled, and after its last attempt, so
    -- that none goes round for ever.
    update public.background_jobs j
    set status = case
        when j.cancel_requested_at is not null then 'cancelled'
        when j.attempts >= j.max_attempts then 'failed'
        else 'running'
      end,
      fence = j.fence + 1,
      attempts = least(j.attempts + 1, j.max_attempts),
      worker = case when j.attempts < j.max_attempts and j.cancel_requested_at is null then p_worker end,
      lease_expires_at = case
        when j.attempts < j.max_attempts and j.cancel_requested_at is null
          then v_now + pg_catalog.make_interval(secs => p_lease_seconds)
      end,
      dedupe_key = null,
      started_at = coalesce(j.started_at, v_now),
      completed_at = case when j.attempts >= j.max_attempts or j.cancel_requested_at is not null then v_now end,
      error_code = case
        when j.attempts >= j.max_attempts and j.cancel_requested_at is null then 'WORKER_LOST'
        else j.error_code
      end
    from due
    where j.id = due.id
    returning j.*
  )
  select
    t.id, t.tenant_id, t.job_type, t.payload, t.checkpoint, t.fence, t.attempts, t.max_attempts, t.resource_type,
    t.resource_id, t.requested_by, t.request_id
  from taken t
  where t.status = 'running';
end
$function$;

revoke all on function private.take_jobs(uuid,integer,text,integer,text[],integer) from public, anon, authenticated, service_role;

create or replace function private.tenant_with (
  p_permission text
)
  returns uuid
  language plpgsql
  stable
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_claims jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
  v_headers jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
  v_user_id uuid;
  v_tenant_id uuid;
begin
  -- Runs once in every statement of every client, so it is written for speed: plpgsql, because a definer function in
  -- language sql is planned anew each time, and without calling private.claimed_user_id(), which says the same.
  if v_claims @> '{"role": "authenticated", "aud": "authenticated"}'
    and v_claims -> 'is_anonymous' is distinct from 'true'::jsonb
    and pg_input_is_valid(v_claims ->> 'sub', 'uuid')
  then
    v_user_id := v_claims ->> 'sub';
  else
    return null;
  end if;

  if v_headers ? 'x-tenant-id' then
    -- A malformed or doubled header ("a, b") names no tenant. It never falls back to the default:
    -- who wanted one tenant must not act in another.
    if not pg_input_is_valid(v_headers ->> 'x-tenant-id', 'uuid') then
      return null;
    end if;
    v_tenant_id := v_headers ->> 'x-tenant-id';
  else
    select u.active_tenant_id into v_tenant_id from public.users u where u.id = v_user_id;
  end if;

  select m.tenant_id into v_tenant_id
  from public.memberships m
  join control_plane.tenants t on t.tenant_id = m.tenant_id
  join public.role_permissions rp on rp.role = m.role and rp.permission = p_permission
  where m.user_id = v_user_id
    and m.tenant_id = v_tenant_id
    and m.user_is_active
    and (t.status in ('active', 'pending') or rp.works_while_suspended);
  return v_tenant_id;
end
$function$;

revoke all on function private.tenant_with(text) from public, anon, authenticated, service_role;

alter function "private"."tenant_with"(text) owner to "gantry_definer";

create or replace function private.tenants_with (
  p_permission text
)
  returns uuid[]
  language plpgsql
  stable
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_tenant_ids uuid[];
begin
  select coalesce(pg_catalog.array_agg(m.tenant_id), '{}') into v_tenant_ids
  from public.memberships m
  join control_plane.tenants t on t.tenant_id = m.tenant_id
  join public.role_permissions rp on rp.role = m.role and rp.permission = p_permission
  where m.user_id = private.claimed_user_id()
    and m.user_is_active
    and (t.status in ('active', 'pending') or rp.works_while_suspended);
  return v_tenant_ids;
end
$function$;

revoke all on function private.tenants_with(text) from public, anon, authenticated, service_role;

alter function "private"."tenants_with"(text) owner to "gantry_definer";

create or replace function private.visible_user_ids()
  returns uuid[]
  language plpgsql
  stable
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_caller_id uuid := private.caller_id();
  v_user_ids uuid[];
begin
  if v_caller_id is null then
    return '{}';
  end if;

  select pg_catalog.array_agg(m.user_id) into v_user_ids
  from public.memberships m
  where m.tenant_id = private.tenant_with('members.read');
  return pg_catalog.array_append(v_user_ids, v_caller_id);
end
$function$;

revoke all on function private.visible_user_ids() from public, anon, authenticated, service_role;

alter function "private"."visible_user_ids"() owner to "gantry_definer";

create or replace function private.write_audit (
  p_tenant_id     uuid,
  p_action_type   text,
  p_action        text,
  p_resource_type text,
  p_resource_id   text,
  p_old_value     jsonb,
  p_new_value     jsonb,
  p_metadata      jsonb
)
  returns void
  language plpgsql
  security definer
  set search_path to 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_address text := nullif(pg_catalog.current_setting('gantry.client_address', true), '');
  v_ip_address inet;
begin
  -- A statement of its own: inside the insert the cast could be evaluated before the check.
  if pg_catalog.pg_input_is_valid(v_address, 'inet') then
    v_ip_address := v_address;
  end if;

  insert into public.audit_logs (
    tenant_id, action_type, action, actor_id, resource_type, resource_id, old_value, new_value, metadata,
    ip_address, user_agent, request_id
  )
  values (
    p_tenant_id, p_action_type, p_action,
    coalesce(private.claimed_user_id(), nullif(pg_catalog.current_setting('gantry.actor_id', true), '')::uuid),
    p_resource_type, p_resource_id, p_old_value, p_new_value, p_metadata,
    v_ip_address,
    pg_catalog.left(nullif(pg_catalog.current_setting('gantry.user_agent', true), ''), 400),
    nullif(pg_catalog.current_setting('gantry.request_id', true), '')
  );
end
$function$;

revoke all on function private.write_audit(uuid,text,text,text,text,jsonb,jsonb,jsonb) from public, anon, authenticated, service_role;

alter function "private"."write_audit"(uuid, text, text, text, text, jsonb, jsonb, jsonb) owner to
  "gantry_definer";

alter table "control_plane"."tenant_databases"
  add constraint "tenant_databases_target_id_fkey" foreign key (target_id)
    references control_plane.provisioning_targets(id) on delete restrict;

alter table "control_plane"."job_schedules"
  add constraint "job_schedules_tenant_id_fkey" foreign key (tenant_id)
    references control_plane.tenants(tenant_id) on delete cascade;

alter table "control_plane"."tenant_databases"
  add constraint "tenant_databases_tenant_id_fkey" foreign key (tenant_id)
    references control_plane.tenants(tenant_id) on delete cascade;

alter table "public"."audit_logs"
  add constraint "action_type_is_known"
    check ((action_type = ANY (ARRAY['create'::text, 'update'::text, 'delete'::text, 'access'::text])));

alter table "public"."audit_logs"
  add constraint "audit_logs_pkey" primary key (id, created_at);

alter table "public"."background_jobs"
  add constraint "background_jobs_tenant_id_fkey" foreign key (tenant_id)
    references control_plane.tenants(tenant_id) on delete cascade;

alter table "public"."environment_types"
  add constraint "environment_types_tenant_id_fkey" foreign key (tenant_id)
    references control_plane.tenants(tenant_id) on delete cascade;

alter table "public"."memberships"
  add constraint "memberships_tenant_id_fkey" foreign key (tenant_id)
    references control_plane.tenants(tenant_id) on delete cascade;

alter table "public"."provisioning_operations"
  add constraint "provisioning_operations_tenant_id_database_id_fkey" foreign key (tenant_id, database_id)
    references control_plane.tenant_databases(tenant_id, id) on delete cascade;

alter table "public"."role_permissions"
  add constraint "role_permissions_permission_works_while_suspended_fkey"
    foreign key (permission, works_while_suspended) references public.permissions(name, works_while_suspended)
    on update cascade on delete cascade;

alter table "public"."memberships"
  add constraint "memberships_role_fkey" foreign key (role) references public.roles(name) on delete restrict;

alter table "public"."role_permissions"
  add constraint "role_permissions_role_fkey" foreign key (role) references public.roles(name)
    on delete cascade;

alter table "public"."settings"
  add constraint "settings_tenant_id_fkey" foreign key (tenant_id) references control_plane.tenants(tenant_id)
    on delete cascade;

alter table "public"."users"
  add constraint "users_active_tenant_is_a_membership" foreign key (id, active_tenant_id)
    references public.memberships(user_id, tenant_id) on delete set null (active_tenant_id);

alter table "public"."memberships"
  add constraint "memberships_user_id_user_is_active_fkey" foreign key (user_id, user_is_active)
    references public.users(id, is_active) on update cascade on delete restrict;

alter table "control_plane"."tenants"
  add constraint "tenants_created_by_fkey" foreign key (created_by) references public.users(id)
    on delete restrict;

alter table "control_plane"."tenants"
  add constraint "tenants_personal_user_id_fkey" foreign key (personal_user_id) references public.users(id)
    on delete restrict;

alter table "public"."background_jobs"
  add constraint "background_jobs_requested_by_fkey" foreign key (requested_by) references public.users(id)
    on delete restrict;

alter table "public"."provisioning_operations"
  add constraint "provisioning_operations_requested_by_fkey" foreign key (requested_by)
    references public.users(id) on delete restrict;

create view "public"."tenant_databases" with (security_invoker=true) AS  SELECT id,
    tenant_id,
    name,
    database_name,
    host,
    port,
    status,
    created_at,
    updated_at
   FROM control_plane.tenant_databases
  WHERE (deleted_at IS NULL);

revoke all on table public.tenant_databases from public, anon, authenticated, service_role;

create view "public"."tenants" with (security_invoker=true) AS  SELECT tenant_id,
    name,
    slug,
    display_name,
    environment,
    status,
    (personal_user_id IS NOT NULL) AS is_personal,
    suspended_at,
    suspended_reason,
    deletion_scheduled_at,
    created_at,
    updated_at
   FROM control_plane.tenants;

revoke all on table public.tenants from public, anon, authenticated, service_role;

create index idempotency_keys_created_at_idx on control_plane.idempotency_keys using btree (created_at);

create index job_schedules_next_run_at_idx on control_plane.job_schedules using btree (next_run_at)
  where is_enabled;

create unique index tenant_databases_one_live_of_a_name_idx on control_plane.tenant_databases
  using btree (tenant_id, name)
  where (deleted_at is null);

create index tenant_databases_status_idx on control_plane.tenant_databases using btree (status);

create index tenants_created_by_idx on control_plane.tenants using btree (created_by);

create index tenants_deletion_scheduled_at_idx on control_plane.tenants using btree (deletion_scheduled_at)
  where (deletion_scheduled_at is not null);

create index tenants_status_idx on control_plane.tenants using btree (status);

create index audit_logs_actor_id_created_at_idx on only public.audit_logs
  using btree (actor_id, created_at desc);

create index audit_logs_impersonation_session_id_idx on only public.audit_logs
  using btree (impersonation_session_id)
  where (impersonation_session_id is not null);

create index audit_logs_tenant_id_created_at_idx on only public.audit_logs
  using btree (tenant_id, created_at desc, id);

create index audit_logs_tenant_id_resource_idx on only public.audit_logs
  using btree (tenant_id, resource_type, resource_id);

create index background_jobs_completed_at_idx on public.background_jobs using btree (completed_at)
  where (completed_at is not null);

create unique index background_jobs_dedupe_key_idx on public.background_jobs
  using btree (job_type, dedupe_key)
  where (dedupe_key is not null);

create index background_jobs_lane_idx on public.background_jobs
  using btree (lane, priority desc, available_at, id)
  where (completed_at is null);

create index background_jobs_requested_by_idx on public.background_jobs using btree (requested_by)
  where (requested_by is not null);

create unique index background_jobs_slot_idx on public.background_jobs using btree (lane, schedule_name, slot)
  where (slot is not null);

create index background_jobs_tenant_id_created_at_idx on public.background_jobs
  using btree (tenant_id, created_at desc);

create unique index environment_types_one_default_idx on public.environment_types
  using btree (tenant_id) nulls not DISTINCT
  where is_default;

create index memberships_role_idx on public.memberships using btree (role);

create index memberships_tenant_id_created_at_idx on public.memberships
  using btree (tenant_id, created_at, id);

create index memberships_tenant_id_role_idx on public.memberships using btree (tenant_id, role);

create index memberships_user_id_user_is_active_idx on public.memberships
  using btree (user_id, user_is_active);

create index provisioning_operations_database_idx on public.provisioning_operations
  using btree (tenant_id, database_id);

create unique index provisioning_operations_one_at_a_time_idx on public.provisioning_operations
  using btree (tenant_id)
  where (status = ANY (ARRAY['pending'::text, 'running'::text]));

create index provisioning_operations_requested_by_idx on public.provisioning_operations
  using btree (requested_by);

create index provisioning_operations_tenant_id_created_at_idx on public.provisioning_operations
  using btree (tenant_id, created_at desc, id);

create index role_permissions_permission_idx on public.role_permissions
  using btree (permission, works_while_suspended);

create index users_id_active_tenant_id_idx on public.users using btree (id, active_tenant_id);

create trigger gantry_user_created
  after insert on auth.users
  for each row
  execute function private.on_auth_user_created();

create trigger gantry_user_deleted
  before delete on auth.users
  for each row
  execute function private.on_auth_user_deleted();

create trigger gantry_user_updated
  after update of email on auth.users
  for each row
  when (((old.email)::text IS DISTINCT FROM (new.email)::text))
  execute function private.on_auth_user_updated();

create trigger set_updated_at
  before update on control_plane.job_schedules
  for each row
  execute function private.set_updated_at();

create trigger audit_change
  after insert or delete or update on control_plane.provisioning_targets
  for each row
  execute function private.audit_change('provisioning_target', 'id');

create trigger set_updated_at
  before update on control_plane.provisioning_targets
  for each row
  execute function private.set_updated_at();

create trigger audit_change
  after insert or delete or update on control_plane.system_config
  for each row
  execute function private.audit_change('system_config', 'key');

create trigger set_updated_at
  before update on control_plane.system_config
  for each row
  execute function private.set_updated_at();

create trigger audit_change
  after insert or delete or update on control_plane.tenant_databases
  for each row
  execute function private.audit_change('database', 'id');

create trigger guard_live_database
  before delete on control_plane.tenant_databases
  for each row
  execute function private.guard_live_database();

create trigger set_updated_at
  before update on control_plane.tenant_databases
  for each row
  execute function private.set_updated_at();

create trigger audit_change
  after insert or delete or update on control_plane.tenants
  for each row
  execute function private.audit_change('tenant', 'tenant_id');

create trigger follow_standing
  after update of status on control_plane.tenants
  for each row
  when ((old.status IS DISTINCT FROM new.status))
  execute function private.follow_standing();

create trigger set_updated_at
  before update on control_plane.tenants
  for each row
  execute function private.set_updated_at();

create trigger fail_operation_of_job
  after update of status on public.background_jobs
  for each row
  when
    (((new.resource_type = 'provisioning_operation'::text) AND (new.status = ANY (ARRAY['failed'::text,
    'cancelled'::text]))))
  execute function private.fail_operation_of_job();

create trigger guard_job_content
  before insert or update of payload, metadata, checkpoint on public.background_jobs
  for each row
  execute function private.guard_job_content();

create trigger set_updated_at
  before update on public.background_jobs
  for each row
  execute function private.set_updated_at();

create trigger audit_change
  after insert or delete or update on public.environment_types
  for each row
  execute function private.audit_change('environment_type', 'id');

create trigger set_updated_at
  before update on public.environment_types
  for each row
  execute function private.set_updated_at();

create trigger audit_change
  after insert or delete or update on public.memberships
  for each row
  execute function private.audit_change('membership', 'id');

create trigger follow_membership_removal
  after delete on public.memberships
  for each row
  execute function private.follow_membership_removal();

create trigger guard_membership
  before delete or update on public.memberships
  for each row
  execute function private.guard_membership();

create trigger set_updated_at
  before update on public.memberships
  for each row
  execute function private.set_updated_at();

create trigger audit_change
  after insert or delete or update on public.provisioning_operations
  for each row
  execute function private.audit_change('provisioning_operation', 'id');

create trigger set_updated_at
  before update on public.provisioning_operations
  for each row
  execute function private.set_updated_at();

create trigger audit_change
  after insert or delete or update on public.settings
  for each row
  execute function private.audit_change('setting', 'id');

create trigger set_updated_at
  before update on public.settings
  for each row
  execute function private.set_updated_at();

create trigger audit_change
  after insert or delete or update on public.users
  for each row
  execute function private.audit_change('user', 'id');

create trigger set_updated_at
  before update on public.users
  for each row
  execute function private.set_updated_at();

create policy "heartbeats_all_definer" on "control_plane"."heartbeats"
  for all
  to "gantry_definer"
  using (true)
  with check (true);

create policy "heartbeats_select_worker" on "control_plane"."heartbeats"
  for select
  to "gantry_worker"
  using (true);

create policy "idempotency_keys_all_definer" on "control_plane"."idempotency_keys"
  for all
  to "gantry_definer"
  using (true)
  with check (true);

create policy "job_schedules_all_definer" on "control_plane"."job_schedules"
  for all
  to "gantry_definer"
  using (true)
  with check (true);

create policy "job_schedules_select_worker" on "control_plane"."job_schedules"
  for select
  to "gantry_worker"
  using (true);

create policy "provisioning_targets_all_definer" on "control_plane"."provisioning_targets"
  for all
  to "gantry_definer"
  using (true)
  with check (true);

create policy "provisioning_targets_select_worker" on "control_plane"."provisioning_targets"
  for select
  to "gantry_worker"
  using (true);

create policy "tenant_data_keys_insert_worker" on "control_plane"."tenant_data_keys"
  for insert
  to "gantry_worker"
  with check ((destroyed_at IS NULL));

create policy "tenant_data_keys_select_definer" on "control_plane"."tenant_data_keys"
  for select
  to "gantry_definer"
  using (true);

create policy "tenant_data_keys_select_worker" on "control_plane"."tenant_data_keys"
  for select
  to "gantry_worker"
  using (true);

create policy "tenant_databases_all_definer" on "control_plane"."tenant_databases"
  for all
  to "gantry_definer"
  using (true)
  with check (true);

create policy "tenant_databases_all_worker" on "control_plane"."tenant_databases"
  for all
  to "gantry_worker"
  using (true)
  with check (true);

create policy "tenant_databases_select_members" on "control_plane"."tenant_databases"
  for select
  to "authenticated"
  using ((tenant_id = ( select private.tenant_with('databases.read'::text) as tenant_with)));

create policy "tenants_all_definer" on "control_plane"."tenants"
  for all
  to "gantry_definer"
  using (true)
  with check (true);

create policy "tenants_select_members" on "control_plane"."tenants"
  for select
  to "authenticated"
  using ((tenant_id = ANY (( select private.tenants_with('tenants.read'::text) as tenants_with)::uuid[])));

create policy "tenants_select_worker" on "control_plane"."tenants"
  for select
  to "gantry_worker"
  using (true);

create policy "tenants_update_managers" on "control_plane"."tenants"
  for update
  to "authenticated"
  using ((tenant_id = ( select private.tenant_with('tenants.update'::text) as tenant_with)))
  with check ((tenant_id = ( SELECT private.tenant_with('tenants.update'::text) AS tenant_with)));

create policy "audit_columns_select_definer" on "private"."audit_columns"
  for select
  to "gantry_definer"
  using (true);

create policy "audit_logs_insert_definer" on "public"."audit_logs"
  for insert
  to "gantry_definer"
  with check (true);

create policy "audit_logs_select_members" on "public"."audit_logs"
  for select
  to "authenticated"
  using ((tenant_id = ( select private.tenant_with('audit.read'::text) as tenant_with)));

create policy "background_jobs_all_definer" on "public"."background_jobs"
  for all
  to "gantry_definer"
  using (true)
  with check (true);

create policy "background_jobs_all_worker" on "public"."background_jobs"
  for all
  to "gantry_worker"
  using (true)
  with check (true);

create policy "background_jobs_select_members" on "public"."background_jobs"
  for select
  to "authenticated"
  using ((tenant_id = ( select private.tenant_with('jobs.read'::text) as tenant_with)));

create policy "environment_types_delete_managers" on "public"."environment_types"
  for delete
  to "authenticated"
  using ((tenant_id = ( select private.tenant_with('settings.manage'::text) as tenant_with)));

create policy "environment_types_insert_managers" on "public"."environment_types"
  for insert
  to "authenticated"
  with check ((tenant_id = ( SELECT private.tenant_with('settings.manage'::text) AS tenant_with)));

create policy "environment_types_select_members" on "public"."environment_types"
  for select
  to "authenticated"
  using
    (((tenant_id = ( select private.tenant_with('settings.read'::text) as tenant_with)) or ((tenant_id is
    null) AND (( select private.caller_id() as caller_id) is not null))));

create policy "environment_types_update_managers" on "public"."environment_types"
  for update
  to "authenticated"
  using ((tenant_id = ( select private.tenant_with('settings.manage'::text) as tenant_with)))
  with check ((tenant_id = ( SELECT private.tenant_with('settings.manage'::text) AS tenant_with)));

create policy "memberships_all_definer" on "public"."memberships"
  for all
  to "gantry_definer"
  using (true)
  with check (true);

create policy "memberships_delete_managers" on "public"."memberships"
  for delete
  to "authenticated"
  using
    (((tenant_id = ( select private.tenant_with('members.manage'::text) as tenant_with)) or (user_id = (
    select private.caller_id() as caller_id))));

create policy "memberships_select_members" on "public"."memberships"
  for select
  to "authenticated"
  using
    (((tenant_id = ( select private.tenant_with('members.read'::text) as tenant_with)) or (user_id = ( select
    private.caller_id() as caller_id))));

create policy "memberships_update_managers" on "public"."memberships"
  for update
  to "authenticated"
  using ((tenant_id = ( select private.tenant_with('members.manage'::text) as tenant_with)))
  with check ((tenant_id = ( SELECT private.tenant_with('members.manage'::text) AS tenant_with)));

create policy "permissions_select_definer" on "public"."permissions"
  for select
  to "gantry_definer"
  using (true);

create policy "permissions_select_signed_in" on "public"."permissions"
  for select
  to "authenticated"
  using ((( select private.caller_id() as caller_id) is not null));

create policy "provisioning_operations_all_definer" on "public"."provisioning_operations"
  for all
  to "gantry_definer"
  using (true)
  with check (true);

create policy "provisioning_operations_all_worker" on "public"."provisioning_operations"
  for all
  to "gantry_worker"
  using (true)
  with check (true);

create policy "provisioning_operations_select_members" on "public"."provisioning_operations"
  for select
  to "authenticated"
  using ((tenant_id = ( select private.tenant_with('databases.read'::text) as tenant_with)));

create policy "role_permissions_select_definer" on "public"."role_permissions"
  for select
  to "gantry_definer"
  using (true);

create policy "role_permissions_select_signed_in" on "public"."role_permissions"
  for select
  to "authenticated"
  using ((( select private.caller_id() as caller_id) is not null));

create policy "roles_select_definer" on "public"."roles"
  for select
  to "gantry_definer"
  using (true);

create policy "roles_select_signed_in" on "public"."roles"
  for select
  to "authenticated"
  using ((( select private.caller_id() as caller_id) is not null));

create policy "settings_delete_managers" on "public"."settings"
  for delete
  to "authenticated"
  using ((tenant_id = ( select private.tenant_with('settings.manage'::text) as tenant_with)));

create policy "settings_insert_managers" on "public"."settings"
  for insert
  to "authenticated"
  with check ((tenant_id = ( SELECT private.tenant_with('settings.manage'::text) AS tenant_with)));

create policy "settings_select_members" on "public"."settings"
  for select
  to "authenticated"
  using
    (((tenant_id = ( select private.tenant_with('settings.read'::text) as tenant_with)) or ((tenant_id is
    null) AND (( select private.caller_id() as caller_id) is not null))));

create policy "settings_update_managers" on "public"."settings"
  for update
  to "authenticated"
  using ((tenant_id = ( select private.tenant_with('settings.manage'::text) as tenant_with)))
  with check ((tenant_id = ( SELECT private.tenant_with('settings.manage'::text) AS tenant_with)));

create policy "users_all_definer" on "public"."users"
  for all
  to "gantry_definer"
  using (true)
  with check (true);

create policy "users_select_colleagues" on "public"."users"
  for select
  to "authenticated"
  using ((id = ANY (( select private.visible_user_ids() as visible_user_ids)::uuid[])));

create policy "users_update_self" on "public"."users"
  for update
  to "authenticated"
  using ((id = ( select private.caller_id() as caller_id)))
  with check ((id = ( SELECT private.caller_id() AS caller_id)));

alter publication "supabase_realtime" add table "public"."background_jobs";

alter publication "supabase_realtime" add table "public"."provisioning_operations";

comment on column "control_plane"."idempotency_keys"."fence" is 'Grows each time the request is taken up again; an answer with an older value changes nothing.';

comment on column "control_plane"."idempotency_keys"."id" is 'The id of the effect: what the request makes bears it, so that a repetition finds it.';

comment on column "control_plane"."idempotency_keys"."request_mac" is 'HMAC of the request under a key derived from the master key; tells another request from a repetition.';

comment on column "control_plane"."idempotency_keys"."sealed_answer" is 'The answer, encrypted for this row and without the secrets it showed; null while there is none.';

comment on column "control_plane"."idempotency_keys"."tenant_id" is 'The tenant the request acted in, the nil uuid for none. No foreign key: a tenant''s end must not wait for these rows.';

comment on column "control_plane"."job_schedules"."alarm_at" is 'Two periods after next_run_at: by then somebody must look.';

comment on column "control_plane"."job_schedules"."catch_up" is 'After a standstill: skip leaves out slots that are over 5 minutes late, run_once makes up for the latest one, run_all for each.';

comment on column "control_plane"."job_schedules"."fault" is 'Why its times cannot be worked out; it does not run until registered anew.';

comment on column "control_plane"."provisioning_targets"."admin_url_encrypted" is 'Sealed under the platform''s data key (nil tenant).';

comment on column "control_plane"."provisioning_targets"."system_identifier" is 'The cluster''s own identity, read at registration.';

comment on column "control_plane"."tenant_data_keys"."tenant_id" is 'No foreign key: the nil uuid is no tenant, and a destroyed key is evidence that outlives its tenant.';

comment on column "control_plane"."tenant_databases"."connection_string_encrypted" is
  'Sealed with the tenant''s data key; stored before the role exists, so that a killed worker never loses a password.';

comment on column "control_plane"."tenant_databases"."is_suspended_with_tenant" is 'True when the tenant''s suspension closed it; only then does resuming the tenant open it again.';

comment on column "control_plane"."tenants"."deletion_scheduled_at" is 'After this moment the tenant may be removed for good.';

comment on column "control_plane"."tenants"."name" is 'Unique name for machines; whether one is taken is a listed exception to secrecy.';

comment on column "control_plane"."tenants"."personal_user_id" is 'Set for the tenant each person gets at sign-up.';

comment on column "control_plane"."tenants"."suspended_by_platform" is 'A member cannot resume what the platform suspended.';

comment on column "public"."audit_logs"."tenant_id" is 'Null for the platform''s own events. No foreign key: the log outlives its tenant.';

comment on column "public"."background_jobs"."available_at" is 'When the job is due.';

comment on column "public"."background_jobs"."checkpoint" is 'Where its handler will go on; given back with the next claim.';

comment on column "public"."background_jobs"."dedupe_key" is 'At most one job of a type that has not been started yet has the same key; the first claim clears it.';

comment on column "public"."background_jobs"."fence" is 'Grows with each claim; a write with an older value comes from a worker that lost its lease and changes nothing.';

comment on column "public"."background_jobs"."is_cancellable" is 'Whether people with jobs.manage may cancel it; false for what must happen to a tenant whatever its members want.';

comment on column "public"."background_jobs"."lane" is 'Whose turn a job takes: its tenant''s, or that of the platform itself.';

comment on column "public"."background_jobs"."lease_expires_at" is 'While it runs: until when its worker has it. After that it is due again.';

comment on column "public"."background_jobs"."priority" is '1 before 0 before -1, among the jobs of one tenant.';

comment on column "public"."background_jobs"."progress" is '{current, total, percentage, message}; never goes back.';

comment on column "public"."background_jobs"."slot" is 'The time of its schedule that the job stands for; once per schedule and slot.';

comment on column "public"."memberships"."user_is_active" is 'Copy of the person''s own flag, kept equal by the foreign key: policies look here and save a join.';

comment on column "public"."permissions"."works_while_suspended" is 'True for what members need while their tenant is suspended or inactive: seeing it, resuming it, leaving it.';

comment on column "public"."role_permissions"."works_while_suspended" is 'Copy of the permission''s own flag, kept equal by the foreign key: policies look here and save a join.';

comment on column "public"."users"."active_tenant_id" is 'Tenant of requests that name none; always one the person is a member of.';

comment on column "public"."users"."email" is 'Copy of the auth user''s e-mail; absent for phone sign-ups and not unique.';

comment on column "public"."users"."id" is 'Equal to auth.users.id; no foreign key, because the row outlives the auth user.';

comment on function "private"."acting_user_id"() is 'Whom to write down for a change: the person of the token, or the one a worker acts for.';

comment on function "private"."advance_progress"(jsonb, integer, integer, text) is 'The next progress value {current, total, percentage, message}; numbers never go back.';

comment on function "private"."audit_change"() is 'Trigger (resource type, key column): one audit row for each changed row. Values appear only for columns that private.audit_columns allows.';

comment on function "private"."begin_idempotent_request"(uuid, text, text, text, bytea, text, integer) is
  'Takes up the caller''s request under its key, or says that it was answered, is in flight, or was another one. Asks for the permission in the tenant first; without a tenant, an answer is given again only to who holds it in the tenant that the request made.';

comment on function "private"."caller_id"() is 'The person who calls, if their account is active; else null.';

comment on function "private"."cancel_job"(uuid, uuid) is 'Cancels a job; needs jobs.manage. Returns cancelled, or running for one whose worker has yet to stop. 409 JOB_STATE_CONFLICT when it has ended.';

comment on function "private"."checkpoint_job"(uuid, bigint, jsonb) is 'Notes where a job would go on, in the transaction of the work done so far; false when the lease is lost.';

comment on function "private"."choose_default_tenant"(uuid) is 'Makes one of the caller''s tenants the one that requests act in when they name none.';

comment on function "private"."claim_jobs"(text, integer, integer, text[], uuid, integer) is
  'Takes up to p_limit due jobs for p_lease_seconds, tenant by tenant from p_after on (the last answer''s turn), so that nobody''s many jobs delay another''s few. With p_tenant_cap no tenant has more jobs running at once. Jobs locked by another worker are passed over, never waited for.';

comment on function "private"."claimed_user_id"() is 'The person a request''s verified token names; null without one, for anonymous sign-ins, and for tokens made for another audience.';

comment on function "private"."client_address"(text) is 'The client address out of an x-forwarded-for header; empty without one.';

comment on function "private"."complete_job"(uuid, bigint) is 'Ends a job well, in the transaction of its effect; false when the lease is lost.';

comment on function "private"."create_tenant"(text, text, text, uuid) is 'Makes a tenant and its first owner, the caller, or neither; with an operation id, once for each id. 409 TENANT_NAME_TAKEN when the name is in use.';

comment on function "private"."defer_job"(uuid, bigint, timestamp with time zone) is 'Puts a job back that has more to do or must wait; counts as no attempt. Returns pending, or cancelled if somebody asked for that; null when the lease is lost.';

comment on function "private"."delete_account"() is 'Removes the caller''s account. 409 LAST_OWNER with the names of the tenants that would be left without an owner.';

comment on function "private"."due_lanes"(uuid, integer, text[]) is 'Up to p_limit lanes (tenants, or the platform) that have a due job, going round from p_after; from anywhere without it.';

comment on function "private"."due_schedules"(integer) is 'Schedules whose time has come, held until the transaction ends: a second dispatcher passes them over.';

comment on function "private"."end_idempotent_request"(uuid, bigint, text, boolean) is
  'Stores the answer of the caller''s request, or, without one, lets the next repetition take it up at once. False when somebody else has taken it up since.';

comment on function "private"."end_unknown_jobs"(text[]) is 'Fails jobs that no handler has come for within an hour, which is longer than a deployment takes; they can be redriven.';

comment on function "private"."enqueue_job"(text, uuid, jsonb, text, uuid, timestamp
  with time zone, text, integer, integer, boolean) is 'Queues a job in the caller''s transaction and returns its id, or that of the job with the same dedupe key that has not been started.';

comment on function "private"."enqueue_jobs"(text, jsonb, timestamp
  with time zone, integer, integer) is 'Queues many jobs of one type in the caller''s transaction: [{tenantId, payload}]. Returns how many.';

comment on function "private"."ensure_audit_partitions"(integer) is 'Makes the monthly partitions of the audit log from this month on; returns how many were missing.';

comment on function "private"."exchange_jobs"(uuid[], bigint[], text, integer, integer, text[], uuid, integer)
  is 'Ends jobs well and claims the next ones, in one round trip. An id that does not come back as completed was fenced off.';

comment on function "private"."fail_job"(uuid, bigint, text, text, boolean) is 'Ends an attempt badly. Returns pending (will be retried with backoff), failed, or cancelled if somebody asked for that; null when the lease is lost.';

comment on function "private"."fail_operation_of_job"() is 'An operation ends when its job does, even if the worker died before it could say so.';

comment on function "private"."fire_schedules"(jsonb) is 'Queues one job for each slot and moves the schedules on, together: [{id, expectedAt, slots, nextRunAt, alarmAt, fault}]. A schedule that has moved meanwhile is left alone.';

comment on function "private"."follow_membership_removal"() is 'After a membership goes: the person falls back to their personal tenant, and a tenant without members is scheduled for deletion.';

comment on function "private"."follow_standing"() is 'Whoever changes a tenant''s standing, members, the platform or the last one leaving: its databases follow.';

comment on function "private"."follow_tenant"(uuid) is 'Closes or opens the next database that does not agree with its tenant''s standing. True when all of them do.';

comment on function "private"."guard_job_content"() is 'Payload, metadata and checkpoint of a job are small (64, 64 and 16 KiB) and hold no key that looks like a secret''s name.';

comment on function "private"."guard_live_database"() is 'The row of a live database cannot go, not by a cascade from its tenant either; the delete operation comes first.';

comment on function "private"."guard_membership"() is 'Nobody manages or grants a role above their own; the last owner of a tenant with other members stays; nobody leaves their personal tenant while their account exists.';

comment on function "private"."has_secret_keys"(jsonb) is 'True when an object at any depth has a key that looks like a secret''s name. Such values belong in the vault.';

comment on function "private"."missed_schedules"() is 'The alarm: schedules that are overdue by two periods, whoever should have run them, and those that cannot be worked out.';

comment on function "private"."on_auth_user_created"() is 'Gives each new auth user a row, a personal tenant and a membership.';

comment on function "private"."on_auth_user_deleted"() is 'Clears a leaving person''s data and memberships. Refused while they are the last owner of a tenant with other members.';

comment on function "private"."on_auth_user_updated"() is 'Keeps the mirrored e-mail equal to Supabase Auth''s.';

comment on function "private"."open_operation"(text, uuid, uuid, uuid) is 'Starts an operation and its job together. 423 OPERATION_IN_PROGRESS, with the holder, while another one of the tenant runs.';

comment on function "private"."place_database"(uuid, text, text) is 'Picks a target with room and writes down the database that will be made there. 409 DATABASE_NAME_TAKEN or NO_TARGET_AVAILABLE.';

comment on function "private"."pre_request"() is 'Runs before each request of the Data API: clears settings, notes the client for the audit log, refuses counts that tell sizes and unknown credentials.';

comment on function "private"."purge_due_tenants"() is 'Removes tenants whose week has passed, after their databases; returns how many are gone.';

comment on function "private"."raise_problem"(integer, text, text) is 'Ends the statement with an HTTP status and a code of the error registry.';

comment on function "private"."read_connection"(uuid) is 'The sealed connection string of an active database and the key that opens it; needs databases.connect and leaves an audit row.';

comment on function "private"."record_audit"(uuid, text, text, text, jsonb) is 'Writes down an event that changes no row, such as reading a secret.';

comment on function "private"."record_heartbeat"(text) is 'Notes a run that went well from beginning to end.';

comment on function "private"."redrive_job"(uuid, uuid) is 'Runs a failed job again under its own id, from its checkpoint; needs jobs.manage. 409 JOB_STATE_CONFLICT unless it has failed.';

comment on function "private"."redrive_jobs"(text, uuid, text, integer) is 'For operators: runs failed jobs of a type again, oldest first, by tenant and error code if given; returns how many.';

comment on function
  "private"."register_schedule"(text, uuid, text, text, text, jsonb, text, boolean, timestamp
  with time zone, timestamp with time zone) is 'Makes or changes a schedule, named once per tenant (or the platform). Registering it as it is changes nothing.';

comment on function "private"."register_user"(uuid, text, text) is 'Makes a person''s row, personal tenant and membership where they are missing; safe to repeat.';

comment on function "private"."remove_ended_jobs"(integer) is 'Removes up to p_limit jobs that ended 14 days ago, failed ones after 90; returns how many.';

comment on function "private"."remove_idempotency_keys"(integer) is 'Removes up to p_limit requests whose 72 hours have passed; returns how many are gone.';

comment on function "private"."renew_jobs"(uuid[], bigint[], integer) is 'Prolongs leases and tells which jobs are to be cancelled. An id that does not come back is held by another worker by now.';

comment on function "private"."reopen_job"(uuid) is 'A failed job becomes due again, with all its attempts; id, payload and checkpoint stay.';

comment on function "private"."repair_signups"() is 'Makes the rows and personal tenants that could not be made at sign-up, and mirrors e-mails that could not be; returns how many.';

comment on function "private"."report_job_progress"(uuid, bigint, integer, integer, text) is
  'Shows how far a job is; false when the lease is lost.';

comment on function "private"."request_database_operation"(text, uuid, uuid, text, text, uuid) is
  'Asks for a database to be made, deleted, suspended or resumed; needs databases.manage. Returns the operation to watch; with an operation id, once for each id.';

comment on function "private"."require_permission"(uuid, text) is 'Returns if the request acts in this tenant with the permission; else 403 FORBIDDEN for its members and 404 NOT_FOUND for all others.';

comment on function "private"."set_tenant_suspended"(uuid, boolean, text) is 'Suspends or resumes a tenant; a trigger queues the same for its databases. Twice is once. 409 TENANT_INACTIVE, 403 SUSPENDED_BY_PLATFORM.';

comment on function "private"."set_updated_at"() is 'Stamps the row of each update, whoever makes it.';

comment on function "private"."take_jobs"(uuid, integer, text, integer, text[], integer) is
  'Takes due jobs of one lane, urgent ones first, as private.claim_jobs does for all.';

comment on function "private"."tenant_with"(text) is 'The tenant this request acts in, if the caller''s role there holds the permission and the tenant is in good standing; else null. Policies compare tenant_id with (select private.tenant_with(...)).';

comment on function "private"."tenants_with"(text) is 'All tenants in which the caller holds the permission, whatever tenant the request acts in.';

comment on function "private"."visible_user_ids"() is 'The caller and, with members.read, the members of the tenant the request acts in.';

comment on function "private"."write_audit"(uuid, text, text, text, text, jsonb, jsonb, jsonb) is
  'Writes one audit row with the actor, address and request of the current transaction. If it fails, so does the action.';

comment on policy "heartbeats_all_definer" on "control_plane"."heartbeats" is 'Noting a good run, by a function of its own.';

comment on policy "heartbeats_select_worker" on "control_plane"."heartbeats" is 'The alarm about a scheduler that stands still.';

comment on policy "idempotency_keys_all_definer"
  on "control_plane"."idempotency_keys" is 'The functions that take up, answer and remove requests; each looks at the caller''s own rows only.';

comment on policy "job_schedules_all_definer" on "control_plane"."job_schedules" is 'Registering and firing, by functions of their own.';

comment on policy "job_schedules_select_worker"
  on "control_plane"."job_schedules" is 'The alarm about missed runs.';

comment on policy "provisioning_targets_all_definer"
  on "control_plane"."provisioning_targets" is 'Placing a database picks and locks a target.';

comment on policy "provisioning_targets_select_worker"
  on "control_plane"."provisioning_targets" is 'The provisioning job reads where it has to work; the admin URL is sealed.';

comment on policy "tenant_data_keys_insert_worker"
  on "control_plane"."tenant_data_keys" is 'The first secret of a tenant makes its key.';

comment on policy "tenant_data_keys_select_definer"
  on "control_plane"."tenant_data_keys" is 'Reading a connection hands out the wrapped key.';

comment on policy "tenant_data_keys_select_worker"
  on "control_plane"."tenant_data_keys" is 'Scheduled work seals with these keys; they are wrapped under a master key the database does not have.';

comment on policy "tenant_databases_all_definer"
  on "control_plane"."tenant_databases" is 'Requesting and following operations write here.';

comment on policy "tenant_databases_all_worker"
  on "control_plane"."tenant_databases" is 'The provisioning job keeps the rows true.';

comment on policy "tenant_databases_select_members"
  on "control_plane"."tenant_databases" is 'With databases.read, the databases of the tenant the request acts in; no secret column is granted.';

comment on policy "tenants_all_definer" on "control_plane"."tenants" is 'Policy helpers and tenancy functions keep this table.';

comment on policy "tenants_select_members" on "control_plane"."tenants" is 'Members see all their tenants, suspended ones too.';

comment on policy "tenants_select_worker" on "control_plane"."tenants" is 'Scheduled work looks at a tenant''s standing.';

comment on policy "tenants_update_managers" on "control_plane"."tenants" is 'With tenants.update, the tenant the request acts in can be renamed; its standing cannot be changed this way.';

comment on policy "audit_columns_select_definer" on "private"."audit_columns" is 'The audit trigger looks up what may be written.';

comment on policy "audit_logs_insert_definer" on "public"."audit_logs" is 'The audit trigger and function write here; nothing else does.';

comment on policy "audit_logs_select_members" on "public"."audit_logs" is 'With audit.read, the log of the tenant the request acts in. Nobody can change it.';

comment on policy "background_jobs_all_definer" on "public"."background_jobs" is 'Queueing a job in the transaction that needs it, cancelling it, running it again, and removing it when it is old.';

comment on policy "background_jobs_all_worker" on "public"."background_jobs" is 'Workers claim jobs and write down their course.';

comment on policy "background_jobs_select_members" on "public"."background_jobs" is 'With jobs.read, the jobs of the tenant the request acts in, without their payload.';

comment on policy "environment_types_delete_managers"
  on "public"."environment_types" is 'Environment types are removed with settings.manage; defaults are the platform''s.';

comment on policy "environment_types_insert_managers"
  on "public"."environment_types" is 'Environment types are added with settings.manage.';

comment on policy "environment_types_select_members"
  on "public"."environment_types" is 'Environment types of the tenant the request acts in, with settings.read, and the platform''s defaults.';

comment on policy "environment_types_update_managers"
  on "public"."environment_types" is 'Environment types are changed with settings.manage; defaults are the platform''s.';

comment on policy "memberships_all_definer" on "public"."memberships" is 'Policy helpers and tenancy functions keep this table.';

comment on policy "memberships_delete_managers" on "public"."memberships" is 'With members.manage, members can be removed; everybody can leave. A trigger guards rank and the last owner.';

comment on policy "memberships_select_members" on "public"."memberships" is 'People see their own memberships and, with members.read, those of the tenant they act in.';

comment on policy "memberships_update_managers" on "public"."memberships" is 'With members.manage, roles up to one''s own can be changed; a trigger guards rank and the last owner.';

comment on policy "permissions_select_definer" on "public"."permissions" is 'Policy helpers look up what a role may do.';

comment on policy "permissions_select_signed_in" on "public"."permissions" is 'Whoever is signed in may read what roles mean.';

comment on policy "provisioning_operations_all_definer"
  on "public"."provisioning_operations" is 'Opening an operation and ending one whose job died.';

comment on policy "provisioning_operations_all_worker"
  on "public"."provisioning_operations" is 'The provisioning job writes down how far it is.';

comment on policy "provisioning_operations_select_members"
  on "public"."provisioning_operations" is 'With databases.read, the operations of the tenant the request acts in.';

comment on policy "role_permissions_select_definer"
  on "public"."role_permissions" is 'Policy helpers look up what a role may do.';

comment on policy "role_permissions_select_signed_in"
  on "public"."role_permissions" is 'Whoever is signed in may read what roles mean.';

comment on policy "roles_select_definer" on "public"."roles" is 'Policy helpers look up what a role may do.';

comment on policy "roles_select_signed_in" on "public"."roles" is 'Whoever is signed in may read what roles mean.';

comment on policy "settings_delete_managers" on "public"."settings" is 'Settings are removed with settings.manage; defaults are the platform''s.';

comment on policy "settings_insert_managers" on "public"."settings" is 'Settings are added with settings.manage.';

comment on policy "settings_select_members" on "public"."settings" is 'Settings of the tenant the request acts in, with settings.read, and the platform''s defaults.';

comment on policy "settings_update_managers" on "public"."settings" is 'Settings are changed with settings.manage; defaults are the platform''s.';

comment on policy "users_all_definer" on "public"."users" is 'Policy helpers and sign-up keep this table.';

comment on policy "users_select_colleagues" on "public"."users" is 'People see themselves and, with members.read, the members of the tenant they act in.';

comment on policy "users_update_self" on "public"."users" is 'People change their own name, and nothing else.';

comment on table "control_plane"."heartbeats" is 'When each standing process last did all of its work without a fault, by its own word and the database''s clock.';

comment on table "control_plane"."idempotency_keys" is 'Requests that may be repeated: who sent which key to which route, and what was answered. Kept for 72 hours.';

comment on table "control_plane"."job_schedules" is 'What is to run when. The next time is stored, not computed from a clock when somebody happens to look.';

comment on table "control_plane"."provisioning_targets" is 'Clusters that tenant databases are made on; never the one that holds Gantry.';

comment on table "control_plane"."system_config" is 'Settings of the installation itself; operators only.';

comment on table "control_plane"."tenant_data_keys" is 'Data keys, wrapped under a master key that is not in the database. The nil tenant holds the platform''s own.';

comment on table "control_plane"."tenant_databases" is 'The databases of each tenant. A row whose database is gone stays, with deleted_at.';

comment on table "control_plane"."tenants" is 'Tenants: the unit of isolation, of membership and of billing.';

comment on table "partitions"."audit_logs_default" is 'Catches rows whose month has no partition yet, so that none is lost.';

comment on table "private"."audit_columns" is 'How each column of an audited table is written to the log: its value, only that it changed, or not at all. A column that is missing here counts as changed.';

comment on table "public"."audit_logs" is 'Who did what. Written in the transaction of the change itself; no API role can change or remove a row.';

comment on table "public"."background_jobs" is 'Work done outside a request: claimed under a lease, retried, and watched by clients.';

comment on table "public"."environment_types" is 'Classes of environments a tenant uses; rows without a tenant are the platform''s defaults.';

comment on table "public"."memberships" is 'Who belongs to which tenant, and in which role.';

comment on table "public"."permissions" is 'Words that policies ask for; a role holds a set of them.';

comment on table "public"."provisioning_operations" is 'Long work on tenant databases, with the step it is at; clients watch the row until it has ended.';

comment on table "public"."role_permissions" is 'Which permissions each role holds.';

comment on table "public"."roles" is 'The roles a member can have. A higher rank may manage a lower or equal one, never a higher.';

comment on table "public"."settings" is 'Configuration of a tenant; rows without a tenant are the platform''s defaults. Secrets do not belong here.';

comment on table "public"."users" is 'One row for each person, mirrored from Supabase Auth. Kept, without personal data, after the person has gone.';

comment on view "public"."tenant_databases" is 'The live databases of the tenant the request acts in, without secrets.';

comment on view "public"."tenants" is 'The tenants the caller is a member of.';

revoke all on function "private"."acting_user_id"() from public;

revoke all on function "private"."acting_user_id"() from "gantry_definer";

grant execute on function "private"."acting_user_id"() to "gantry_definer";

revoke all on function "private"."advance_progress"(jsonb, integer, integer, text) from public;

grant execute
  on function "private"."advance_progress"(jsonb, integer, integer, text)
  to "gantry_worker", "postgres";

revoke all on function "private"."audit_change"() from public;

revoke all on function "private"."audit_change"() from "gantry_definer";

grant execute on function "private"."audit_change"() to "gantry_definer";

revoke all
  on function "private"."begin_idempotent_request"(uuid, text, text, text, bytea, text, integer)
  from public;

grant execute
  on function "private"."begin_idempotent_request"(uuid, text, text, text, bytea, text, integer)
  to "authenticated";

revoke all
  on function "private"."begin_idempotent_request"(uuid, text, text, text, bytea, text, integer)
  from "gantry_definer";

grant execute
  on function "private"."begin_idempotent_request"(uuid, text, text, text, bytea, text, integer)
  to "gantry_definer";

revoke all on function "private"."caller_id"() from public;

grant execute on function "private"."caller_id"() to "authenticated";

revoke all on function "private"."caller_id"() from "gantry_definer";

grant execute on function "private"."caller_id"() to "gantry_definer";

revoke all on function "private"."cancel_job"(uuid, uuid) from public;

grant execute on function "private"."cancel_job"(uuid, uuid) to "authenticated";

revoke all on function "private"."cancel_job"(uuid, uuid) from "gantry_definer";

grant execute on function "private"."cancel_job"(uuid, uuid) to "gantry_definer";

revoke all on function "private"."checkpoint_job"(uuid, bigint, jsonb) from public;

grant execute on function "private"."checkpoint_job"(uuid, bigint, jsonb) to "gantry_worker", "postgres";

revoke all on function "private"."choose_default_tenant"(uuid) from public;

grant execute on function "private"."choose_default_tenant"(uuid) to "authenticated";

revoke all on function "private"."choose_default_tenant"(uuid) from "gantry_definer";

grant execute on function "private"."choose_default_tenant"(uuid) to "gantry_definer";

revoke all on function "private"."claim_jobs"(text, integer, integer, text[], uuid, integer) from public;

grant execute
  on function "private"."claim_jobs"(text, integer, integer, text[], uuid, integer)
  to "gantry_worker", "postgres";

revoke all on function "private"."claimed_user_id"() from public;

grant execute on function "private"."claimed_user_id"() to "authenticated", "gantry_definer", "postgres";

revoke all on function "private"."client_address"(text) from public;

grant execute
  on function "private"."client_address"(text)
  to "anon", "authenticated", "postgres", "service_role";

revoke all on function "private"."complete_job"(uuid, bigint) from public;

grant execute on function "private"."complete_job"(uuid, bigint) to "gantry_worker", "postgres";

revoke all on function "private"."create_tenant"(text, text, text, uuid) from public;

grant execute on function "private"."create_tenant"(text, text, text, uuid) to "authenticated";

revoke all on function "private"."create_tenant"(text, text, text, uuid) from "gantry_definer";

grant execute on function "private"."create_tenant"(text, text, text, uuid) to "gantry_definer";

revoke all on function "private"."defer_job"(uuid, bigint, timestamp with time zone) from public;

grant execute
  on function "private"."defer_job"(uuid, bigint, timestamp with time zone)
  to "gantry_worker", "postgres";

revoke all on function "private"."delete_account"() from public;

grant execute on function "private"."delete_account"() to "authenticated", "postgres";

revoke all on function "private"."due_lanes"(uuid, integer, text[]) from public;

grant execute on function "private"."due_lanes"(uuid, integer, text[]) to "gantry_worker", "postgres";

revoke all on function "private"."due_schedules"(integer) from public;

revoke all on function "private"."due_schedules"(integer) from "gantry_definer";

grant execute on function "private"."due_schedules"(integer) to "gantry_definer";

grant execute on function "private"."due_schedules"(integer) to "gantry_worker";

revoke all on function "private"."end_idempotent_request"(uuid, bigint, text, boolean) from public;

grant execute on function "private"."end_idempotent_request"(uuid, bigint, text, boolean) to "authenticated";

revoke all on function "private"."end_idempotent_request"(uuid, bigint, text, boolean) from "gantry_definer";

grant execute on function "private"."end_idempotent_request"(uuid, bigint, text, boolean) to "gantry_definer";

revoke all on function "private"."end_unknown_jobs"(text[]) from public;

grant execute on function "private"."end_unknown_jobs"(text[]) to "gantry_worker", "postgres";

revoke all
  on function "private"."enqueue_job"(text, uuid, jsonb, text, uuid, timestamp
    with time zone, text, integer, integer, boolean)
  from public;

revoke all
  on function "private"."enqueue_job"(text, uuid, jsonb, text, uuid, timestamp
    with time zone, text, integer, integer, boolean)
  from "gantry_definer";

grant execute
  on function "private"."enqueue_job"(text, uuid, jsonb, text, uuid, timestamp
    with time zone, text, integer, integer, boolean)
  to "gantry_definer";

grant execute
  on function "private"."enqueue_job"(text, uuid, jsonb, text, uuid, timestamp
    with time zone, text, integer, integer, boolean)
  to "gantry_worker";

revoke all
  on function "private"."enqueue_jobs"(text, jsonb, timestamp with time zone, integer, integer)
  from public;

revoke all
  on function "private"."enqueue_jobs"(text, jsonb, timestamp with time zone, integer, integer)
  from "gantry_definer";

grant execute
  on function "private"."enqueue_jobs"(text, jsonb, timestamp with time zone, integer, integer)
  to "gantry_definer";

grant execute
  on function "private"."enqueue_jobs"(text, jsonb, timestamp with time zone, integer, integer)
  to "gantry_worker";

revoke all on function "private"."ensure_audit_partitions"(integer) from public;

grant execute on function "private"."ensure_audit_partitions"(integer) to "gantry_worker", "postgres";

revoke all
  on function "private"."exchange_jobs"(uuid[], bigint[], text, integer, integer, text[], uuid, integer)
  from public;

grant execute
  on function "private"."exchange_jobs"(uuid[], bigint[], text, integer, integer, text[], uuid, integer)
  to "gantry_worker", "postgres";

revoke all on function "private"."fail_job"(uuid, bigint, text, text, boolean) from public;

grant execute
  on function "private"."fail_job"(uuid, bigint, text, text, boolean)
  to "gantry_worker", "postgres";

revoke all on function "private"."fail_operation_of_job"() from public;

revoke all on function "private"."fail_operation_of_job"() from "gantry_definer";

grant execute on function "private"."fail_operation_of_job"() to "gantry_definer";

revoke all on function "private"."fire_schedules"(jsonb) from public;

revoke all on function "private"."fire_schedules"(jsonb) from "gantry_definer";

grant execute on function "private"."fire_schedules"(jsonb) to "gantry_definer";

grant execute on function "private"."fire_schedules"(jsonb) to "gantry_worker";

revoke all on function "private"."follow_membership_removal"() from public;

revoke all on function "private"."follow_membership_removal"() from "gantry_definer";

grant execute on function "private"."follow_membership_removal"() to "gantry_definer";

revoke all on function "private"."follow_standing"() from public;

revoke all on function "private"."follow_standing"() from "gantry_definer";

grant execute on function "private"."follow_standing"() to "gantry_definer";

revoke all on function "private"."follow_tenant"(uuid) from public;

revoke all on function "private"."follow_tenant"(uuid) from "gantry_definer";

grant execute on function "private"."follow_tenant"(uuid) to "gantry_definer";

grant execute on function "private"."follow_tenant"(uuid) to "gantry_worker";

revoke all on function "private"."guard_job_content"() from public;

grant execute on function "private"."guard_job_content"() to "postgres";

revoke all on function "private"."guard_live_database"() from public;

grant execute on function "private"."guard_live_database"() to "postgres";

revoke all on function "private"."guard_membership"() from public;

revoke all on function "private"."guard_membership"() from "gantry_definer";

grant execute on function "private"."guard_membership"() to "gantry_definer";

revoke all on function "private"."has_secret_keys"(jsonb) from public;

grant execute
  on function "private"."has_secret_keys"(jsonb)
  to "authenticated", "gantry_definer", "gantry_worker", "postgres";

revoke all on function "private"."missed_schedules"() from public;

grant execute on function "private"."missed_schedules"() to "gantry_worker", "postgres";

revoke all on function "private"."on_auth_user_created"() from public;

grant execute on function "private"."on_auth_user_created"() to "postgres";

revoke all on function "private"."on_auth_user_deleted"() from public;

grant execute on function "private"."on_auth_user_deleted"() to "postgres";

revoke all on function "private"."on_auth_user_updated"() from public;

grant execute on function "private"."on_auth_user_updated"() to "postgres";

revoke all on function "private"."open_operation"(text, uuid, uuid, uuid) from public;

revoke all on function "private"."open_operation"(text, uuid, uuid, uuid) from "gantry_definer";

grant execute on function "private"."open_operation"(text, uuid, uuid, uuid) to "gantry_definer";

revoke all on function "private"."place_database"(uuid, text, text) from public;

revoke all on function "private"."place_database"(uuid, text, text) from "gantry_definer";

grant execute on function "private"."place_database"(uuid, text, text) to "gantry_definer";

revoke all on function "private"."pre_request"() from public;

grant execute on function "private"."pre_request"() to "anon", "authenticated", "postgres", "service_role";

revoke all on function "private"."purge_due_tenants"() from public;

grant execute on function "private"."purge_due_tenants"() to "gantry_worker", "postgres";

revoke all on function "private"."raise_problem"(integer, text, text) from public;

grant execute
  on function "private"."raise_problem"(integer, text, text)
  to "anon", "authenticated", "gantry_definer", "gantry_worker", "postgres", "service_role";

revoke all on function "private"."read_connection"(uuid) from public;

grant execute on function "private"."read_connection"(uuid) to "authenticated";

revoke all on function "private"."read_connection"(uuid) from "gantry_definer";

grant execute on function "private"."read_connection"(uuid) to "gantry_definer";

revoke all on function "private"."record_audit"(uuid, text, text, text, jsonb) from public;

revoke all on function "private"."record_audit"(uuid, text, text, text, jsonb) from "gantry_definer";

grant execute on function "private"."record_audit"(uuid, text, text, text, jsonb) to "gantry_definer";

grant execute on function "private"."record_audit"(uuid, text, text, text, jsonb) to "gantry_worker";

revoke all on function "private"."record_heartbeat"(text) from public;

revoke all on function "private"."record_heartbeat"(text) from "gantry_definer";

grant execute on function "private"."record_heartbeat"(text) to "gantry_definer";

grant execute on function "private"."record_heartbeat"(text) to "gantry_worker";

revoke all on function "private"."redrive_job"(uuid, uuid) from public;

grant execute on function "private"."redrive_job"(uuid, uuid) to "authenticated";

revoke all on function "private"."redrive_job"(uuid, uuid) from "gantry_definer";

grant execute on function "private"."redrive_job"(uuid, uuid) to "gantry_definer";

revoke all on function "private"."redrive_jobs"(text, uuid, text, integer) from public;

grant execute on function "private"."redrive_jobs"(text, uuid, text, integer) to "gantry_worker", "postgres";

revoke all
  on function "private"."register_schedule"(text, uuid, text, text, text, jsonb, text, boolean, timestamp
    with time zone, timestamp with time zone)
  from public;

revoke all
  on function "private"."register_schedule"(text, uuid, text, text, text, jsonb, text, boolean, timestamp
    with time zone, timestamp with time zone)
  from "gantry_definer";

grant execute
  on function "private"."register_schedule"(text, uuid, text, text, text, jsonb, text, boolean, timestamp
    with time zone, timestamp with time zone)
  to "gantry_definer";

grant execute
  on function "private"."register_schedule"(text, uuid, text, text, text, jsonb, text, boolean, timestamp
    with time zone, timestamp with time zone)
  to "gantry_worker";

revoke all on function "private"."register_user"(uuid, text, text) from public;

revoke all on function "private"."register_user"(uuid, text, text) from "gantry_definer";

grant execute on function "private"."register_user"(uuid, text, text) to "gantry_definer";

revoke all on function "private"."remove_ended_jobs"(integer) from public;

revoke all on function "private"."remove_ended_jobs"(integer) from "gantry_definer";

grant execute on function "private"."remove_ended_jobs"(integer) to "gantry_definer";

grant execute on function "private"."remove_ended_jobs"(integer) to "gantry_worker";

revoke all on function "private"."remove_idempotency_keys"(integer) from public;

revoke all on function "private"."remove_idempotency_keys"(integer) from "gantry_definer";

grant execute on function "private"."remove_idempotency_keys"(integer) to "gantry_definer";

grant execute on function "private"."remove_idempotency_keys"(integer) to "gantry_worker";

revoke all on function "private"."renew_jobs"(uuid[], bigint[], integer) from public;

grant execute on function "private"."renew_jobs"(uuid[], bigint[], integer) to "gantry_worker", "postgres";

revoke all on function "private"."reopen_job"(uuid) from public;

grant execute on function "private"."reopen_job"(uuid) to "gantry_worker", "postgres";

revoke all on function "private"."repair_signups"() from public;

grant execute on function "private"."repair_signups"() to "gantry_worker", "postgres";

revoke all on function "private"."report_job_progress"(uuid, bigint, integer, integer, text) from public;

grant execute
  on function "private"."report_job_progress"(uuid, bigint, integer, integer, text)
  to "gantry_worker", "postgres";

revoke all on function "private"."request_database_operation"(text, uuid, uuid, text, text, uuid) from public;

grant execute
  on function "private"."request_database_operation"(text, uuid, uuid, text, text, uuid)
  to "authenticated";

revoke all
  on function "private"."request_database_operation"(text, uuid, uuid, text, text, uuid)
  from "gantry_definer";

grant execute
  on function "private"."request_database_operation"(text, uuid, uuid, text, text, uuid)
  to "gantry_definer";

revoke all on function "private"."require_permission"(uuid, text) from public;

grant execute on function "private"."require_permission"(uuid, text) to "authenticated";

revoke all on function "private"."require_permission"(uuid, text) from "gantry_definer";

grant execute on function "private"."require_permission"(uuid, text) to "gantry_definer";

revoke all on function "private"."set_tenant_suspended"(uuid, boolean, text) from public;

grant execute on function "private"."set_tenant_suspended"(uuid, boolean, text) to "authenticated";

revoke all on function "private"."set_tenant_suspended"(uuid, boolean, text) from "gantry_definer";

grant execute on function "private"."set_tenant_suspended"(uuid, boolean, text) to "gantry_definer";

revoke all on function "private"."set_updated_at"() from public;

grant execute on function "private"."set_updated_at"() to "postgres";

revoke all on function "private"."take_jobs"(uuid, integer, text, integer, text[], integer) from public;

grant execute
  on function "private"."take_jobs"(uuid, integer, text, integer, text[], integer)
  to "gantry_worker", "postgres";

revoke all on function "private"."tenant_with"(text) from public;

grant execute on function "private"."tenant_with"(text) to "authenticated";

revoke all on function "private"."tenant_with"(text) from "gantry_definer";

grant execute on function "private"."tenant_with"(text) to "gantry_definer";

revoke all on function "private"."tenants_with"(text) from public;

grant execute on function "private"."tenants_with"(text) to "authenticated";

revoke all on function "private"."tenants_with"(text) from "gantry_definer";

grant execute on function "private"."tenants_with"(text) to "gantry_definer";

revoke all on function "private"."visible_user_ids"() from public;

grant execute on function "private"."visible_user_ids"() to "authenticated";

revoke all on function "private"."visible_user_ids"() from "gantry_definer";

grant execute on function "private"."visible_user_ids"() to "gantry_definer";

revoke all on function "private"."write_audit"(uuid, text, text, text, text, jsonb, jsonb, jsonb) from public;

revoke all
  on function "private"."write_audit"(uuid, text, text, text, text, jsonb, jsonb, jsonb)
  from "gantry_definer";

grant execute
  on function "private"."write_audit"(uuid, text, text, text, text, jsonb, jsonb, jsonb)
  to "gantry_definer";

grant insert, select, update on table "control_plane"."heartbeats" to "gantry_definer";

grant select on table "control_plane"."heartbeats" to "gantry_worker";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "control_plane"."heartbeats"
  to "postgres";

grant update ("answered_at") on table "control_plane"."idempotency_keys" to "gantry_definer";

grant update ("created_at") on table "control_plane"."idempotency_keys" to "gantry_definer";

grant update ("fence") on table "control_plane"."idempotency_keys" to "gantry_definer";

grant update ("id") on table "control_plane"."idempotency_keys" to "gantry_definer";

grant update ("is_success") on table "control_plane"."idempotency_keys" to "gantry_definer";

grant update ("lease_expires_at") on table "control_plane"."idempotency_keys" to "gantry_definer";

grant update ("master_key_id") on table "control_plane"."idempotency_keys" to "gantry_definer";

grant update ("request_mac") on table "control_plane"."idempotency_keys" to "gantry_definer";

grant update ("sealed_answer") on table "control_plane"."idempotency_keys" to "gantry_definer";

grant delete, insert, select on table "control_plane"."idempotency_keys" to "gantry_definer";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "control_plane"."idempotency_keys"
  to "postgres";

grant insert, select, update on table "control_plane"."job_schedules" to "gantry_definer";

grant select on table "control_plane"."job_schedules" to "gantry_worker";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "control_plane"."job_schedules"
  to "postgres";

grant update ("status") on table "control_plane"."provisioning_targets" to "gantry_definer";

grant select on table "control_plane"."provisioning_targets" to "gantry_definer", "gantry_worker";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "control_plane"."provisioning_targets"
  to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "control_plane"."system_config"
  to "postgres";

grant select on table "control_plane"."tenant_data_keys" to "gantry_definer";

grant insert ("master_key_id") on table "control_plane"."tenant_data_keys" to "gantry_worker";

grant insert ("tenant_id") on table "control_plane"."tenant_data_keys" to "gantry_worker";

grant insert ("version") on table "control_plane"."tenant_data_keys" to "gantry_worker";

grant insert ("wrapped_key") on table "control_plane"."tenant_data_keys" to "gantry_worker";

grant select on table "control_plane"."tenant_data_keys" to "gantry_worker";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "control_plane"."tenant_data_keys"
  to "postgres";

grant select ("created_at") on table "control_plane"."tenant_databases" to "authenticated";

grant select ("database_name") on table "control_plane"."tenant_databases" to "authenticated";

grant select ("deleted_at") on table "control_plane"."tenant_databases" to "authenticated";

grant select ("host") on table "control_plane"."tenant_databases" to "authenticated";

grant select ("id") on table "control_plane"."tenant_databases" to "authenticated";

grant select ("name") on table "control_plane"."tenant_databases" to "authenticated";

grant select ("port") on table "control_plane"."tenant_databases" to "authenticated";

grant select ("status") on table "control_plane"."tenant_databases" to "authenticated";

grant select ("tenant_id") on table "control_plane"."tenant_databases" to "authenticated";

grant select ("updated_at") on table "control_plane"."tenant_databases" to "authenticated";

grant insert, select, update on table "control_plane"."tenant_databases" to "gantry_definer";

grant update ("connection_string_encrypted") on table "control_plane"."tenant_databases" to "gantry_worker";

grant update ("deleted_at") on table "control_plane"."tenant_databases" to "gantry_worker";

grant update ("is_suspended_with_tenant") on table "control_plane"."tenant_databases" to "gantry_worker";

grant update ("key_version") on table "control_plane"."tenant_databases" to "gantry_worker";

grant update ("status") on table "control_plane"."tenant_databases" to "gantry_worker";

grant select on table "control_plane"."tenant_databases" to "gantry_worker";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "control_plane"."tenant_databases"
  to "postgres";

grant select ("created_at") on table "control_plane"."tenants" to "authenticated";

grant select ("deletion_scheduled_at") on table "control_plane"."tenants" to "authenticated";

grant select ("display_name"), update ("display_name") on table "control_plane"."tenants" to "authenticated";

grant select ("environment"), update ("environment") on table "control_plane"."tenants" to "authenticated";

grant select ("name") on table "control_plane"."tenants" to "authenticated";

grant select ("personal_user_id") on table "control_plane"."tenants" to "authenticated";

grant select ("slug"), update ("slug") on table "control_plane"."tenants" to "authenticated";

grant select ("status") on table "control_plane"."tenants" to "authenticated";

grant select ("suspended_at") on table "control_plane"."tenants" to "authenticated";

grant select ("suspended_reason") on table "control_plane"."tenants" to "authenticated";

grant select ("tenant_id") on table "control_plane"."tenants" to "authenticated";

grant select ("updated_at") on table "control_plane"."tenants" to "authenticated";

grant insert, select, update on table "control_plane"."tenants" to "gantry_definer";

grant select on table "control_plane"."tenants" to "gantry_worker";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "control_plane"."tenants"
  to "postgres";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "partitions"."audit_logs_default"
  to "postgres";

grant select on table "private"."audit_columns" to "gantry_definer";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "private"."audit_columns"
  to "postgres";

grant select on table "public"."audit_logs" to "authenticated";

grant insert on table "public"."audit_logs" to "gantry_definer";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "public"."audit_logs"
  to "postgres";

grant select ("attempts") on table "public"."background_jobs" to "authenticated";

grant select ("cancel_requested_at") on table "public"."background_jobs" to "authenticated";

grant select ("completed_at") on table "public"."background_jobs" to "authenticated";

grant select ("created_at") on table "public"."background_jobs" to "authenticated";

grant select ("error_code") on table "public"."background_jobs" to "authenticated";

grant select ("id") on table "public"."background_jobs" to "authenticated";

grant select ("is_cancellable") on table "public"."background_jobs" to "authenticated";

grant select ("job_type") on table "public"."background_jobs" to "authenticated";

grant select ("max_attempts") on table "public"."background_jobs" to "authenticated";

grant select ("metadata") on table "public"."background_jobs" to "authenticated";

grant select ("priority") on table "public"."background_jobs" to "authenticated";

grant select ("progress") on table "public"."background_jobs" to "authenticated";

grant select ("requested_by") on table "public"."background_jobs" to "authenticated";

grant select ("resource_id") on table "public"."background_jobs" to "authenticated";

grant select ("resource_type") on table "public"."background_jobs" to "authenticated";

grant select ("started_at") on table "public"."background_jobs" to "authenticated";

grant select ("status") on table "public"."background_jobs" to "authenticated";

grant select ("tenant_id") on table "public"."background_jobs" to "authenticated";

grant select ("updated_at") on table "public"."background_jobs" to "authenticated";

grant update ("attempts") on table "public"."background_jobs" to "gantry_definer";

grant update ("available_at") on table "public"."background_jobs" to "gantry_definer";

grant update ("cancel_requested_at") on table "public"."background_jobs" to "gantry_definer";

grant update ("completed_at") on table "public"."background_jobs" to "gantry_definer";

grant update ("dedupe_key") on table "public"."background_jobs" to "gantry_definer";

grant update ("fence") on table "public"."background_jobs" to "gantry_definer";

grant update ("status") on table "public"."background_jobs" to "gantry_definer";

grant delete, insert, select on table "public"."background_jobs" to "gantry_definer";

grant update ("attempts") on table "public"."background_jobs" to "gantry_worker";

grant update ("available_at") on table "public"."background_jobs" to "gantry_worker";

grant update ("checkpoint") on table "public"."background_jobs" to "gantry_worker";

grant update ("completed_at") on table "public"."background_jobs" to "gantry_worker";

grant update ("dedupe_key") on table "public"."background_jobs" to "gantry_worker";

grant update ("error_code") on table "public"."background_jobs" to "gantry_worker";

grant update ("error_message") on table "public"."background_jobs" to "gantry_worker";

grant update ("fence") on table "public"."background_jobs" to "gantry_worker";

grant update ("lease_expires_at") on table "public"."background_jobs" to "gantry_worker";

grant update ("metadata") on table "public"."background_jobs" to "gantry_worker";

grant update ("progress") on table "public"."background_jobs" to "gantry_worker";

grant update ("started_at") on table "public"."background_jobs" to "gantry_worker";

grant update ("status") on table "public"."background_jobs" to "gantry_worker";

grant update ("worker") on table "public"."background_jobs" to "gantry_worker";

grant select on table "public"."background_jobs" to "gantry_worker";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "public"."background_jobs"
  to "postgres";

grant insert ("is_default"), update ("is_default") on table "public"."environment_types" to "authenticated";

grant insert ("name"), update ("name") on table "public"."environment_types" to "authenticated";

grant insert ("slug"), update ("slug") on table "public"."environment_types" to "authenticated";

grant insert ("tenant_id"), update ("tenant_id") on table "public"."environment_types" to "authenticated";

grant delete, select on table "public"."environment_types" to "authenticated";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "public"."environment_types"
  to "postgres";

grant update ("role") on table "public"."memberships" to "authenticated";

grant delete, select on table "public"."memberships" to "authenticated";

grant insert, select on table "public"."memberships" to "gantry_definer";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "public"."memberships"
  to "postgres";

grant select on table "public"."permissions" to "authenticated", "gantry_definer";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "public"."permissions"
  to "postgres";

grant select on table "public"."provisioning_operations" to "authenticated";

grant insert, select, update on table "public"."provisioning_operations" to "gantry_definer";

grant update ("attempts") on table "public"."provisioning_operations" to "gantry_worker";

grant update ("error_code") on table "public"."provisioning_operations" to "gantry_worker";

grant update ("error_message") on table "public"."provisioning_operations" to "gantry_worker";

grant update ("finished_at") on table "public"."provisioning_operations" to "gantry_worker";

grant update ("progress") on table "public"."provisioning_operations" to "gantry_worker";

grant update ("started_at") on table "public"."provisioning_operations" to "gantry_worker";

grant update ("status") on table "public"."provisioning_operations" to "gantry_worker";

grant update ("step") on table "public"."provisioning_operations" to "gantry_worker";

grant select on table "public"."provisioning_operations" to "gantry_worker";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "public"."provisioning_operations"
  to "postgres";

grant select on table "public"."role_permissions" to "authenticated", "gantry_definer";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "public"."role_permissions"
  to "postgres";

grant select on table "public"."roles" to "authenticated", "gantry_definer";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "public"."roles"
  to "postgres";

grant insert ("key"), update ("key") on table "public"."settings" to "authenticated";

grant insert ("tenant_id"), update ("tenant_id") on table "public"."settings" to "authenticated";

grant insert ("value"), update ("value") on table "public"."settings" to "authenticated";

grant delete, select on table "public"."settings" to "authenticated";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "public"."settings"
  to "postgres";

grant select ("active_tenant_id") on table "public"."users" to "authenticated";

grant select ("created_at") on table "public"."users" to "authenticated";

grant select ("email") on table "public"."users" to "authenticated";

grant select ("full_name"), update ("full_name") on table "public"."users" to "authenticated";

grant select ("id") on table "public"."users" to "authenticated";

grant select ("is_active") on table "public"."users" to "authenticated";

grant select ("updated_at") on table "public"."users" to "authenticated";

grant insert, select, update on table "public"."users" to "gantry_definer";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "public"."users"
  to "postgres";

grant select on table "public"."tenant_databases" to "authenticated";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "public"."tenant_databases"
  to "postgres";

grant select, update on table "public"."tenants" to "authenticated";

grant delete, insert, maintain, references, select, trigger, truncate, update
  on table "public"."tenants"
  to "postgres";

alter table "control_plane"."job_schedules"
  add constraint "payload_holds_no_secret" check ((NOT private.has_secret_keys(payload)));

alter table "control_plane"."system_config"
  add constraint "value_holds_no_secret" check ((NOT private.has_secret_keys(jsonb_build_object(key, value))));

alter table "public"."audit_logs"
  add constraint "metadata_holds_no_secret" check ((NOT private.has_secret_keys(metadata)));

alter table "public"."settings"
  add constraint "value_holds_no_secret" check ((NOT private.has_secret_keys(jsonb_build_object(key, value))));
