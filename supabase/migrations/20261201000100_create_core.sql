SET local check_function_bodies = off;

CREATE TABLE "control_plane"."provisioning_targets" (
  "id"                  uuid                     NOT NULL DEFAULT gen_random_uuid(),
  "name"                text                     NOT NULL,
  "adapter"             text                     NOT NULL DEFAULT 'postgres'::text,
  "region"              text                     NOT NULL,
  "host"                text                     NOT NULL,
  "port"                integer                  NOT NULL DEFAULT 5432,
  "admin_url_encrypted" text                     NOT NULL,
  "key_version"         integer                  NOT NULL,
  "system_identifier"   text,
  "capacity"            integer                  NOT NULL,
  "status"              text                     NOT NULL DEFAULT 'active'::text,
  "created_at"          timestamp with time zone NOT NULL DEFAULT now(),
  "updated_at"          timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT "adapter_is_known" CHECK ((adapter = 'postgres'::text)),
  CONSTRAINT "capacity_is_positive" CHECK ((capacity > 0)),
  CONSTRAINT "name_is_lower_case_words" CHECK ((name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)),
  CONSTRAINT "port_is_a_tcp_port" CHECK (((port >= 1) AND (port <= 65535))),
  CONSTRAINT "provisioning_targets_name_key" UNIQUE (name),
  CONSTRAINT "provisioning_targets_pkey" PRIMARY KEY (id),
  CONSTRAINT "provisioning_targets_system_identifier_key" UNIQUE (system_identifier),
  CONSTRAINT "region_is_lower_case_words" CHECK ((region ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)),
  CONSTRAINT "status_is_known" CHECK ((status = ANY (ARRAY['active'::text, 'draining'::text, 'disabled'::text])))
);

ALTER TABLE "control_plane"."provisioning_targets"
  ENABLE ROW LEVEL SECURITY;

ALTER TABLE "control_plane"."provisioning_targets"
  FORCE ROW LEVEL SECURITY;

CREATE TABLE "control_plane"."system_config" (
  "key"        text                     NOT NULL,
  "value"      jsonb                    NOT NULL,
  "updated_at" timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT "key_is_short" CHECK (((char_length(key) >= 1) AND (char_length(key) <= 255))),
  CONSTRAINT "system_config_pkey" PRIMARY KEY (key)
);

ALTER TABLE "control_plane"."system_config"
  ENABLE ROW LEVEL SECURITY;

ALTER TABLE "control_plane"."system_config"
  FORCE ROW LEVEL SECURITY;

CREATE TABLE "control_plane"."tenant_data_keys" (
  "tenant_id"     uuid                     NOT NULL,
  "version"       integer                  NOT NULL,
  "wrapped_key"   bytea,
  "master_key_id" text                     NOT NULL,
  "created_at"    timestamp with time zone NOT NULL DEFAULT now(),
  "destroyed_at"  timestamp with time zone,
  CONSTRAINT "destroyed_keys_are_gone" CHECK (((destroyed_at IS NULL) = (wrapped_key IS NOT NULL))),
  CONSTRAINT "tenant_data_keys_pkey" PRIMARY KEY (tenant_id, VERSION),
  CONSTRAINT "version_counts_from_one" CHECK ((version >= 1))
);

ALTER TABLE "control_plane"."tenant_data_keys"
  ENABLE ROW LEVEL SECURITY;

ALTER TABLE "control_plane"."tenant_data_keys"
  FORCE ROW LEVEL SECURITY;

CREATE TABLE "control_plane"."tenant_databases" (
  "id"                          uuid                     NOT NULL DEFAULT gen_random_uuid(),
  "tenant_id"                   uuid                     NOT NULL,
  "target_id"                   uuid                     NOT NULL,
  "name"                        text                     NOT NULL DEFAULT 'main'::text,
  "connection_string_encrypted" text,
  "key_version"                 integer,
  "database_name"               character varying(255)   NOT NULL,
  "role_name"                   text                     NOT NULL,
  "host"                        character varying(255)   NOT NULL,
  "port"                        integer                  NOT NULL DEFAULT 5432,
  "status"                      text                     NOT NULL DEFAULT 'migrating'::text,
  "is_suspended_with_tenant"    boolean                  NOT NULL DEFAULT false,
  "deleted_at"                  timestamp with time zone,
  "created_at"                  timestamp with time zone NOT NULL DEFAULT now(),
  "updated_at"                  timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT "active_databases_can_be_reached" CHECK (((status <> 'active'::text) OR (connection_string_encrypted IS NOT NULL))),
  CONSTRAINT "deleted_databases_are_inactive" CHECK (((deleted_at IS NULL) OR (status = 'inactive'::text))),
  CONSTRAINT "deleted_databases_keep_no_secret" CHECK (((deleted_at IS NULL) OR (connection_string_encrypted IS NULL))),
  CONSTRAINT "name_is_lower_case_words" CHECK ((name ~ '^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$'::text)),
  CONSTRAINT "sealed_values_name_their_key" CHECK (((connection_string_encrypted IS NULL) = (key_version IS NULL))),
  CONSTRAINT "status_is_known" CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text, 'migrating'::text, 'error'::text]))),
  CONSTRAINT "tenant_databases_pkey" PRIMARY KEY (id),
  CONSTRAINT "tenant_databases_target_id_database_name_key" UNIQUE (target_id, database_name),
  CONSTRAINT "tenant_databases_tenant_id_id_key" UNIQUE (tenant_id, id)
);

ALTER TABLE "control_plane"."tenant_databases"
  ENABLE ROW LEVEL SECURITY;

ALTER TABLE "control_plane"."tenant_databases"
  FORCE ROW LEVEL SECURITY;

CREATE TABLE "control_plane"."tenants" (
  "tenant_id"             uuid                     NOT NULL DEFAULT gen_random_uuid(),
  "name"                  text                     NOT NULL,
  "slug"                  text                     NOT NULL,
  "display_name"          text                     NOT NULL,
  "environment"           text                     NOT NULL DEFAULT 'development'::text,
  "status"                text                     NOT NULL DEFAULT 'active'::text,
  "personal_user_id"      uuid,
  "suspended_at"          timestamp with time zone,
  "suspended_reason"      text,
  "suspended_by_platform" boolean                  NOT NULL DEFAULT false,
  "deletion_scheduled_at" timestamp with time zone,
  "created_by"            uuid,
  "created_at"            timestamp with time zone NOT NULL DEFAULT now(),
  "updated_at"            timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT "deletion_only_of_inactive_tenants" CHECK (((deletion_scheduled_at IS NULL) OR (status = 'inactive'::text))),
  CONSTRAINT "display_name_is_printable_and_short" CHECK (((char_length(display_name) >= 1) AND (char_length(display_name) <= 200) AND (display_name !~ '[\x01-\x1f\x7f]'::text))),
  CONSTRAINT "environment_is_known" CHECK ((environment = ANY (ARRAY['development'::text, 'staging'::text, 'production'::text]))),
  CONSTRAINT "name_is_lower_case_words" CHECK ((name ~ '^[a-z0-9]([a-z0-9_-]{0,253}[a-z0-9])?$'::text)),
  CONSTRAINT "personal_names_belong_to_personal_tenants" CHECK (
CASE
    WHEN (personal_user_id IS NULL) THEN ((name !~ '^personal-'::text) AND (slug !~ '^personal-'::text))
    ELSE ((name = ('personal-'::text || personal_user_id)) AND ((slug = name) OR (slug !~ '^personal-'::text)))
END),
  CONSTRAINT "slug_is_lower_case_words" CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,253}[a-z0-9])?$'::text)),
  CONSTRAINT "status_is_known" CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text, 'suspended'::text, 'pending'::text]))),
  CONSTRAINT "suspended_at_only_when_suspended" CHECK (((status = 'suspended'::text) = (suspended_at IS NOT NULL))),
  CONSTRAINT "suspended_reason_is_short" CHECK ((char_length(suspended_reason) <= 500)),
  CONSTRAINT "suspended_reason_only_when_suspended" CHECK (((suspended_at IS NOT NULL) OR ((suspended_reason IS NULL) AND (NOT suspended_by_platform)))),
  CONSTRAINT "tenants_name_key" UNIQUE (name),
  CONSTRAINT "tenants_personal_user_id_key" UNIQUE (personal_user_id),
  CONSTRAINT "tenants_pkey" PRIMARY KEY (tenant_id),
  CONSTRAINT "tenants_slug_key" UNIQUE (slug)
);

ALTER TABLE "control_plane"."tenants"
  ENABLE ROW LEVEL SECURITY;

ALTER TABLE "control_plane"."tenants"
  FORCE ROW LEVEL SECURITY;

CREATE TABLE "private"."audit_columns" (
  "table_name"  text NOT NULL,
  "column_name" text NOT NULL,
  "treatment"   text NOT NULL,
  CONSTRAINT "audit_columns_pkey" PRIMARY KEY (table_name, column_name),
  CONSTRAINT "treatment_is_known" CHECK ((treatment = ANY (ARRAY['value'::text, 'changed'::text, 'ignored'::text])))
);

ALTER TABLE "private"."audit_columns"
  ENABLE ROW LEVEL SECURITY;

ALTER TABLE "private"."audit_columns"
  FORCE ROW LEVEL SECURITY;

CREATE TABLE "public"."audit_logs" (
  "id"                       uuid                     NOT NULL,
  "tenant_id"                uuid,
  "action_type"              text                     NOT NULL,
  "action"                   text                     NOT NULL,
  "actor_id"                 uuid,
  "impersonated_user_id"     uuid,
  "impersonation_session_id" uuid,
  "resource_type"            text                     NOT NULL,
  "resource_id"              text,
  "old_value"                jsonb,
  "new_value"                jsonb,
  "metadata"                 jsonb                    NOT NULL,
  "ip_address"               inet,
  "user_agent"               text,
  "provider"                 text,
  "request_id"               text,
  "created_at"               timestamp with time zone NOT NULL
) PARTITION BY RANGE (created_at);

CREATE TABLE "partitions"."audit_logs_default" PARTITION OF "public"."audit_logs" DEFAULT;

ALTER TABLE "partitions"."audit_logs_default"
  ENABLE ROW LEVEL SECURITY;

ALTER TABLE "partitions"."audit_logs_default"
  FORCE ROW LEVEL SECURITY;

ALTER TABLE "public"."audit_logs"
  ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."audit_logs"
  FORCE ROW LEVEL SECURITY;

CREATE TABLE "public"."background_jobs" (
  "id"            uuid                     NOT NULL DEFAULT gen_random_uuid(),
  "tenant_id"     uuid,
  "job_type"      text                     NOT NULL,
  "status"        text                     NOT NULL DEFAULT 'pending'::text,
  "resource_type" text,
  "resource_id"   uuid,
  "payload"       jsonb                    NOT NULL DEFAULT '{}'::jsonb,
  "progress"      jsonb                    NOT NULL DEFAULT '{"total": 0, "current": 0, "message": "", "percentage": 0}'::jsonb,
  "metadata"      jsonb                    NOT NULL DEFAULT '{}'::jsonb,
  "dedupe_key"    text,
  "available_at"  timestamp with time zone NOT NULL DEFAULT now(),
  "attempts"      integer                  NOT NULL DEFAULT 0,
  "max_attempts"  integer                  NOT NULL DEFAULT 10,
  "fence"         bigint                   NOT NULL DEFAULT 0,
  "worker"        text,
  "error_code"    text,
  "error_message" text,
  "requested_by"  uuid,
  "request_id"    text,
  "created_at"    timestamp with time zone NOT NULL DEFAULT now(),
  "started_at"    timestamp with time zone,
  "completed_at"  timestamp with time zone,
  "updated_at"    timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT "attempts_stay_within_bounds" CHECK (((attempts >= 0) AND ((max_attempts >= 1) AND (max_attempts <= 100)))),
  CONSTRAINT "background_jobs_pkey" PRIMARY KEY (id),
  CONSTRAINT "background_jobs_tenant_id_id_key" UNIQUE (tenant_id, id),
  CONSTRAINT "completed_at_only_when_ended" CHECK (((status = ANY (ARRAY['completed'::text, 'failed'::text, 'cancelled'::text])) = (completed_at IS NOT NULL))),
  CONSTRAINT "error_code_when_failed" CHECK (((status <> 'failed'::text) OR (error_code IS NOT NULL))),
  CONSTRAINT "error_message_is_short" CHECK ((char_length(error_message) <= 2000)),
  CONSTRAINT "payload_is_small" CHECK ((octet_length((payload)::text) <= 65536)),
  CONSTRAINT "status_is_known" CHECK ((status = ANY (ARRAY['pending'::text, 'running'::text, 'completed'::text, 'failed'::text, 'cancelled'::text]))),
  CONSTRAINT "worker_only_while_running" CHECK (((status = 'running'::text) = (worker IS NOT NULL)))
);

ALTER TABLE "public"."background_jobs"
  ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."background_jobs"
  FORCE ROW LEVEL SECURITY;

CREATE TABLE "public"."environment_types" (
  "id"         uuid                     NOT NULL DEFAULT gen_random_uuid(),
  "tenant_id"  uuid,
  "name"       text                     NOT NULL,
  "slug"       text                     NOT NULL,
  "is_default" boolean                  NOT NULL DEFAULT false,
  "created_at" timestamp with time zone NOT NULL DEFAULT now(),
  "updated_at" timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT "environment_types_pkey" PRIMARY KEY (id),
  CONSTRAINT "environment_types_tenant_id_slug_key" UNIQUE NULLS NOT DISTINCT (tenant_id, slug),
  CONSTRAINT "name_is_printable_and_short" CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100) AND (name !~ '[\x01-\x1f\x7f]'::text))),
  CONSTRAINT "slug_is_lower_case_words" CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text))
);

ALTER TABLE "public"."environment_types"
  ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."environment_types"
  FORCE ROW LEVEL SECURITY;

CREATE TABLE "public"."memberships" (
  "id"             uuid                     NOT NULL DEFAULT gen_random_uuid(),
  "tenant_id"      uuid                     NOT NULL,
  "user_id"        uuid                     NOT NULL,
  "user_is_active" boolean                  NOT NULL DEFAULT true,
  "role"           text                     NOT NULL,
  "created_at"     timestamp with time zone NOT NULL DEFAULT now(),
  "updated_at"     timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT "memberships_pkey" PRIMARY KEY (id),
  CONSTRAINT "memberships_tenant_id_id_key" UNIQUE (tenant_id, id),
  CONSTRAINT "memberships_user_id_tenant_id_key" UNIQUE (user_id, tenant_id)
);

ALTER TABLE "public"."memberships"
  ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."memberships"
  FORCE ROW LEVEL SECURITY;

CREATE TABLE "public"."permissions" (
  "name"                  text    NOT NULL,
  "description"           text    NOT NULL,
  "works_while_suspended" boolean NOT NULL DEFAULT false,
  CONSTRAINT "permission_names_are_resource_dot_action" CHECK ((name ~ '^[a-z_]+\.[a-z_]+$'::text)),
  CONSTRAINT "permissions_name_works_while_suspended_key" UNIQUE (name, works_while_suspended),
  CONSTRAINT "permissions_pkey" PRIMARY KEY (name)
);

ALTER TABLE "public"."permissions"
  ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."permissions"
  FORCE ROW LEVEL SECURITY;

CREATE TABLE "public"."provisioning_operations" (
  "id"            uuid                     NOT NULL DEFAULT gen_random_uuid(),
  "tenant_id"     uuid                     NOT NULL,
  "database_id"   uuid                     NOT NULL,
  "kind"          text                     NOT NULL,
  "status"        text                     NOT NULL DEFAULT 'pending'::text,
  "step"          text,
  "progress"      jsonb                    NOT NULL DEFAULT '{"total": 0, "current": 0, "message": "", "percentage": 0}'::jsonb,
  "error_code"    text,
  "error_message" text,
  "attempts"      integer                  NOT NULL DEFAULT 0,
  "requested_by"  uuid,
  "created_at"    timestamp with time zone NOT NULL DEFAULT now(),
  "started_at"    timestamp with time zone,
  "finished_at"   timestamp with time zone,
  "updated_at"    timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT "error_code_when_failed" CHECK (((status <> 'failed'::text) OR (error_code IS NOT NULL))),
  CONSTRAINT "error_message_is_short" CHECK ((char_length(error_message) <= 2000)),
  CONSTRAINT "finished_at_only_when_ended" CHECK (((status = ANY (ARRAY['succeeded'::text, 'failed'::text, 'cancelled'::text])) = (finished_at IS NOT NULL))),
  CONSTRAINT "kind_is_known" CHECK ((kind = ANY (ARRAY['create'::text, 'delete'::text, 'suspend'::text, 'resume'::text]))),
  CONSTRAINT "provisioning_operations_pkey" PRIMARY KEY (id),
  CONSTRAINT "provisioning_operations_tenant_id_id_key" UNIQUE (tenant_id, id),
  CONSTRAINT "status_is_known" CHECK ((status = ANY (ARRAY['pending'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text])))
);

ALTER TABLE "public"."provisioning_operations"
  ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."provisioning_operations"
  FORCE ROW LEVEL SECURITY;

CREATE TABLE "public"."role_permissions" (
  "role"                  text    NOT NULL,
  "permission"            text    NOT NULL,
  "works_while_suspended" boolean NOT NULL,
  CONSTRAINT "role_permissions_pkey" PRIMARY KEY (ROLE, permission)
);

ALTER TABLE "public"."role_permissions"
  ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."role_permissions"
  FORCE ROW LEVEL SECURITY;

CREATE TABLE "public"."roles" (
  "name"        text    NOT NULL,
  "rank"        integer NOT NULL,
  "description" text    NOT NULL,
  CONSTRAINT "role_names_are_words" CHECK ((name ~ '^[a-z][a-z_]{0,62}$'::text)),
  CONSTRAINT "roles_pkey" PRIMARY KEY (name),
  CONSTRAINT "roles_rank_key" UNIQUE (rank)
);

ALTER TABLE "public"."roles"
  ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."roles"
  FORCE ROW LEVEL SECURITY;

CREATE TABLE "public"."settings" (
  "id"         uuid                     NOT NULL DEFAULT gen_random_uuid(),
  "tenant_id"  uuid,
  "key"        text                     NOT NULL,
  "value"      jsonb                    NOT NULL,
  "created_at" timestamp with time zone NOT NULL DEFAULT now(),
  "updated_at" timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT "key_is_a_dotted_path" CHECK (((key ~ '^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$'::text) AND (char_length(key) <= 255))),
  CONSTRAINT "settings_pkey" PRIMARY KEY (id),
  CONSTRAINT "settings_tenant_id_key_key" UNIQUE NULLS NOT DISTINCT (tenant_id, key),
  CONSTRAINT "value_is_small" CHECK ((octet_length((value)::text) <= 65536))
);

ALTER TABLE "public"."settings"
  ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."settings"
  FORCE ROW LEVEL SECURITY;

CREATE TABLE "public"."users" (
  "id"               uuid                     NOT NULL,
  "email"            text,
  "full_name"        text,
  "is_active"        boolean                  NOT NULL DEFAULT true,
  "active_tenant_id" uuid,
  "deleted_at"       timestamp with time zone,
  "created_at"       timestamp with time zone NOT NULL DEFAULT now(),
  "updated_at"       timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT "deleted_users_keep_nothing_personal" CHECK (((deleted_at IS NULL) OR ((email IS NULL) AND (full_name IS NULL) AND (active_tenant_id IS NULL) AND (NOT is_active)))),
  CONSTRAINT "full_name_is_printable_and_short" CHECK (((char_length(full_name) >= 1) AND (char_length(full_name) <= 200) AND (full_name !~ '[\x01-\x1f\x7f]'::text))),
  CONSTRAINT "users_id_is_active_key" UNIQUE (id, is_active),
  CONSTRAINT "users_pkey" PRIMARY KEY (id)
);

ALTER TABLE "public"."users"
  ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."users"
  FORCE ROW LEVEL SECURITY;

ALTER TABLE "public"."audit_logs"
  ALTER COLUMN "created_at" SET DEFAULT clock_timestamp();

ALTER TABLE "public"."audit_logs"
  ALTER COLUMN "id" SET DEFAULT gen_random_uuid();

ALTER TABLE "public"."audit_logs"
  ALTER COLUMN "metadata" SET DEFAULT '{}'::jsonb;

CREATE OR REPLACE FUNCTION private.acting_user_id()
  RETURNS uuid
  LANGUAGE plpgsql
  STABLE
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION "private"."acting_user_id"() OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.advance_progress (
  p_progress jsonb,
  p_current  integer,
  p_total    integer,
  p_message  text
)
  RETURNS jsonb
  LANGUAGE sql
  IMMUTABLE
  SET search_path TO 'pg_catalog', 'pg_temp'
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

CREATE OR REPLACE FUNCTION private.audit_change()
  RETURNS TRIGGER
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION "private"."audit_change"() OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.caller_id()
  RETURNS uuid
  LANGUAGE plpgsql
  STABLE
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION "private"."caller_id"() OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.choose_default_tenant (
  p_tenant_id uuid
)
  RETURNS void
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION "private"."choose_default_tenant"(uuid) OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.claim_jobs (
  p_worker        text,
  p_limit         integer,
  p_lease_seconds integer,
  p_types         text[]
)
  RETURNS TABLE (
    id            uuid,
    tenant_id     uuid,
    job_type      text,
    payload       jsonb,
    fence         bigint,
    attempts      integer,
    max_attempts  integer,
    resource_type text,
    resource_id   uuid,
    requested_by  uuid,
    request_id    text
  )
  LANGUAGE sql
  SET search_path TO 'pg_catalog', 'pg_temp'
  AS $function$
  with due as (
    select j.id
    from public.background_jobs j
    where j.status in ('pending', 'running')
      and j.available_at <= pg_catalog.clock_timestamp()
      and j.job_type = any (p_types)
    order by j.available_at, j.id
    limit p_limit
    for update skip locked
  ),
  taken as (
    -- A running job in here has outlived its lease. After its last attempt it ends, instead of going round for ever.
    update public.background_jobs j
    set status = case when j.attempts >= j.max_attempts then 'failed' else 'running' end,
      fence = j.fence + 1,
      attempts = least(j.attempts + 1, j.max_attempts),
      worker = case when j.attempts >= j.max_attempts then null else p_worker end,
      available_at = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => p_lease_seconds),
      started_at = coalesce(j.started_at, pg_catalog.clock_timestamp()),
      completed_at = case when j.attempts >= j.max_attempts then pg_catalog.clock_timestamp() end,
      error_code = case when j.attempts >= j.max_attempts then 'WORKER_LOST' else j.error_code end
    from due
    where j.id = due.id
    returning j.*
  )
  select
    t.id, t.tenant_id, t.job_type, t.payload, t.fence, t.attempts, t.max_attempts, t.resource_type, t.resource_id,
    t.requested_by, t.request_id
  from taken t
  where t.status = 'running'
$function$;

CREATE OR REPLACE FUNCTION private.claimed_user_id()
  RETURNS uuid
  LANGUAGE plpgsql
  STABLE
  SET search_path TO 'pg_catalog', 'pg_temp'
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

CREATE OR REPLACE FUNCTION private.client_address (
  p_forwarded_for text
)
  RETURNS text
  LANGUAGE sql
  IMMUTABLE
  SET search_path TO 'pg_catalog', 'pg_temp'
  AS $function$
  -- The last entry is the one our own gateway added; the ones before it are the caller's word.
  select coalesce(
    pg_catalog.btrim((pg_catalog.string_to_array(p_forwarded_for, ','))[
      pg_catalog.array_upper(pg_catalog.string_to_array(p_forwarded_for, ','), 1)
    ]),
    ''
  )
$function$;

CREATE OR REPLACE FUNCTION private.complete_job (
  p_id    uuid,
  p_fence bigint
)
  RETURNS boolean
  LANGUAGE sql
  SET search_path TO 'pg_catalog', 'pg_temp'
  AS $function$
  with completed as (
    update public.background_jobs j
    set status = 'completed',
      worker = null,
      error_code = null,
      error_message = null,
      completed_at = pg_catalog.clock_timestamp(),
      progress = pg_catalog.jsonb_set(j.progress, '{percentage}', '100')
    where j.id = p_id and j.fence = p_fence and j.status = 'running'
    returning 1
  )
  select exists (select from completed)
$function$;

CREATE OR REPLACE FUNCTION private.create_tenant (
  p_name         text,
  p_display_name text,
  p_environment  text
)
  RETURNS uuid
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_caller_id uuid := private.caller_id();
  v_tenant_id uuid := pg_catalog.gen_random_uuid();
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
    perform private.raise_problem(409, 'TENANT_NAME_TAKEN');
  end if;

  insert into public.memberships (tenant_id, user_id, role) values (v_tenant_id, v_caller_id, 'owner');
  return v_tenant_id;
end
$function$;

ALTER FUNCTION "private"."create_tenant"(text, text, text) OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.defer_job (
  p_id     uuid,
  p_fence  bigint,
  p_run_at timestamp with time zone
)
  RETURNS boolean
  LANGUAGE sql
  SET search_path TO 'pg_catalog', 'pg_temp'
  AS $function$
  with deferred as (
    update public.background_jobs j
    set status = 'pending', worker = null, available_at = p_run_at, attempts = j.attempts - 1
    where j.id = p_id and j.fence = p_fence and j.status = 'running'
    returning 1
  )
  select exists (select from deferred)
$function$;

CREATE OR REPLACE FUNCTION private.delete_account()
  RETURNS void
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

CREATE OR REPLACE FUNCTION private.enqueue_job (
  p_job_type      text,
  p_tenant_id     uuid,
  p_payload       jsonb,
  p_resource_type text                     DEFAULT NULL::text,
  p_resource_id   uuid                     DEFAULT NULL::uuid,
  p_run_at        timestamp with time zone DEFAULT NULL::timestamp WITH time zone,
  p_dedupe_key    text                     DEFAULT NULL::text,
  p_max_attempts  integer                  DEFAULT 10
)
  RETURNS uuid
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_job_id uuid;
begin
  -- Two tries: between a conflict and the look-up the other job may be claimed, and then ours is new after all.
  for v_try in 1..2 loop
    insert into public.background_jobs (
      job_type, tenant_id, payload, resource_type, resource_id, available_at, dedupe_key, max_attempts,
      requested_by, request_id
    )
    values (
      p_job_type, p_tenant_id, p_payload, p_resource_type, p_resource_id, coalesce(p_run_at, pg_catalog.now()),
      p_dedupe_key, p_max_attempts, private.acting_user_id(),
      nullif(pg_catalog.current_setting('gantry.request_id', true), '')
    )
    on conflict (job_type, dedupe_key) where status = 'pending' do nothing
    returning id into v_job_id;
    exit when v_job_id is not null;

    select j.id into v_job_id
    from public.background_jobs j
    where j.job_type = p_job_type and j.dedupe_key = p_dedupe_key and j.status = 'pending';
    exit when v_job_id is not null;
  end loop;
  return v_job_id;
end
$function$;

ALTER FUNCTION "private"."enqueue_job"(text, uuid, jsonb, text, uuid, timestamp WITH time zone, text, integer) OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.ensure_audit_partitions (
  p_months_ahead integer
)
  RETURNS integer
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

CREATE OR REPLACE FUNCTION private.fail_job (
  p_id            uuid,
  p_fence         bigint,
  p_error_code    text,
  p_error_message text,
  p_retryable     boolean
)
  RETURNS text
  LANGUAGE sql
  SET search_path TO 'pg_catalog', 'pg_temp'
  AS $function$
  update public.background_jobs j
  set status = case when p_retryable and j.attempts < j.max_attempts then 'pending' else 'failed' end,
    worker = null,
    error_code = p_error_code,
    error_message = pg_catalog.left(p_error_message, 2000),
    -- 2 s, 4 s, 8 s ... at most 10 min, spread by half so that jobs which failed together do not come back together.
    available_at = pg_catalog.clock_timestamp()
      + least(interval '10 minutes', interval '1 second' * (2 ^ least(j.attempts, 10)))
      * (0.75 + pg_catalog.random() / 2),
    completed_at = case
      when p_retryable and j.attempts < j.max_attempts then null
      else pg_catalog.clock_timestamp()
    end
  where j.id = p_id and j.fence = p_fence and j.status = 'running'
  returning j.status
$function$;

CREATE OR REPLACE FUNCTION private.fail_operation_of_job()
  RETURNS TRIGGER
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION "private"."fail_operation_of_job"() OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.follow_membership_removal()
  RETURNS TRIGGER
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION "private"."follow_membership_removal"() OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.follow_standing()
  RETURNS TRIGGER
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
  AS $function$
begin
  perform private.enqueue_job(
    p_job_type => 'provisioning.follow-tenant',
    p_tenant_id => new.tenant_id,
    p_payload => '{}',
    p_dedupe_key => new.tenant_id::text
  );
  return null;
end
$function$;

ALTER FUNCTION "private"."follow_standing"() OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.follow_tenant (
  p_tenant_id uuid
)
  RETURNS boolean
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION "private"."follow_tenant"(uuid) OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.guard_live_database()
  RETURNS TRIGGER
  LANGUAGE plpgsql
  SET search_path TO 'pg_catalog', 'pg_temp'
  AS $function$
begin
  if old.deleted_at is null then
    perform private.raise_problem(409, 'DATABASE_LIVE');
  end if;
  return old;
end
$function$;

CREATE OR REPLACE FUNCTION private.guard_membership()
  RETURNS TRIGGER
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION "private"."guard_membership"() OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.has_secret_keys (
  p_value jsonb
)
  RETURNS boolean
  LANGUAGE sql
  IMMUTABLE
  SET search_path TO 'pg_catalog', 'pg_temp'
  AS $function$
  -- In the text of a jsonb value `": ` follows only a key: quotes inside of strings are written as \", and strings that
  -- are values are followed by a comma or a bracket. One pass over the text, however deep the value is nested.
  select p_value::text ~* '(secret|password|passwd|passphrase|token|api[_-]?key|private[_-]?key|access[_-]?key)s?": '
$function$;

CREATE OR REPLACE FUNCTION private.on_auth_user_created()
  RETURNS TRIGGER
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
  SET lock_timeout TO '2s'
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

CREATE OR REPLACE FUNCTION private.on_auth_user_deleted()
  RETURNS TRIGGER
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

CREATE OR REPLACE FUNCTION private.on_auth_user_updated()
  RETURNS TRIGGER
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
  SET lock_timeout TO '2s'
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

CREATE OR REPLACE FUNCTION private.open_operation (
  p_kind        text,
  p_tenant_id   uuid,
  p_database_id uuid
)
  RETURNS uuid
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_operation_id uuid;
  v_holder jsonb;
begin
  insert into public.provisioning_operations (tenant_id, database_id, kind, requested_by)
  values (p_tenant_id, p_database_id, p_kind, private.acting_user_id())
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
    p_resource_id => v_operation_id
  );
  return v_operation_id;
end
$function$;

ALTER FUNCTION "private"."open_operation"(text, uuid, uuid) OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.place_database (
  p_tenant_id uuid,
  p_name      text,
  p_region    text
)
  RETURNS uuid
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_name text := coalesce(p_name, 'main');
  v_database_id uuid := pg_catalog.gen_random_uuid();
  v_hex text := pg_catalog.replace(v_database_id::text, '-', '');
  v_existing control_plane.tenant_databases;
  v_target control_plane.provisioning_targets;
begin
  -- One at a time for a tenant; the second then sees the first one's row or operation.
  perform from control_plane.tenants t where t.tenant_id = p_tenant_id for no key update;

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

ALTER FUNCTION "private"."place_database"(uuid, text, text) OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.pre_request()
  RETURNS void
  LANGUAGE plpgsql
  SET search_path TO 'pg_catalog', 'pg_temp'
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

CREATE OR REPLACE FUNCTION private.purge_due_tenants()
  RETURNS integer
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

CREATE OR REPLACE FUNCTION private.raise_problem (
  p_status integer,
  p_code   text,
  p_detail text    DEFAULT NULL::text
)
  RETURNS void
  LANGUAGE plpgsql
  SET search_path TO 'pg_catalog', 'pg_temp'
  AS $function$
begin
  -- PostgREST answers SQLSTATE PTxyz with HTTP status xyz; edge functions read the code from the message.
  raise exception using
    errcode = 'PT' || p_status,
    message = p_code,
    detail = coalesce(p_detail, '');
end
$function$;

CREATE OR REPLACE FUNCTION private.read_connection (
  p_database_id uuid
)
  RETURNS TABLE (
    tenant_id     uuid,
    sealed        text,
    wrapped_key   bytea,
    key_version   integer,
    master_key_id text
  )
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION "private"."read_connection"(uuid) OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.record_audit (
  p_tenant_id     uuid,
  p_action        text,
  p_resource_type text,
  p_resource_id   text,
  p_metadata      jsonb
)
  RETURNS void
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION "private"."record_audit"(uuid, text, text, text, jsonb) OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.register_user (
  p_user_id   uuid,
  p_email     text,
  p_full_name text
)
  RETURNS void
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION "private"."register_user"(uuid, text, text) OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.renew_job (
  p_id            uuid,
  p_fence         bigint,
  p_lease_seconds integer
)
  RETURNS boolean
  LANGUAGE sql
  SET search_path TO 'pg_catalog', 'pg_temp'
  AS $function$
  with renewed as (
    update public.background_jobs j
    set available_at = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => p_lease_seconds)
    where j.id = p_id and j.fence = p_fence and j.status = 'running'
    returning 1
  )
  select exists (select from renewed)
$function$;

CREATE OR REPLACE FUNCTION private.repair_signups()
  RETURNS integer
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

CREATE OR REPLACE FUNCTION private.report_job_progress (
  p_id      uuid,
  p_fence   bigint,
  p_current integer,
  p_total   integer,
  p_message text
)
  RETURNS boolean
  LANGUAGE sql
  SET search_path TO 'pg_catalog', 'pg_temp'
  AS $function$
  with reported as (
    update public.background_jobs j
    set progress = private.advance_progress(j.progress, p_current, p_total, p_message)
    where j.id = p_id and j.fence = p_fence and j.status = 'running'
    returning 1
  )
  select exists (select from reported)
$function$;

CREATE OR REPLACE FUNCTION private.request_database_operation (
  p_kind        text,
  p_tenant_id   uuid,
  p_database_id uuid DEFAULT NULL::uuid,
  p_name        text DEFAULT NULL::text,
  p_region      text DEFAULT NULL::text
)
  RETURNS uuid
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
  AS $function$
declare
  v_database control_plane.tenant_databases;
begin
  perform private.require_permission(p_tenant_id => p_tenant_id, p_permission => 'databases.manage');

  if p_kind = 'create' then
    return private.open_operation(
      p_kind => 'create',
      p_tenant_id => p_tenant_id,
      p_database_id => private.place_database(p_tenant_id => p_tenant_id, p_name => p_name, p_region => p_region)
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
  return private.open_operation(p_kind => p_kind, p_tenant_id => p_tenant_id, p_database_id => p_database_id);
end
$function$;

ALTER FUNCTION "private"."request_database_operation"(text, uuid, uuid, text, text) OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.require_permission (
  p_tenant_id  uuid,
  p_permission text
)
  RETURNS void
  LANGUAGE plpgsql
  STABLE
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION "private"."require_permission"(uuid, text) OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.schedule_maintenance()
  RETURNS void
  LANGUAGE plpgsql
  SET search_path TO 'pg_catalog', 'pg_temp'
  AS $function$
begin
  if exists (
    select from public.background_jobs j
    where j.job_type = 'operations.maintain'
      and (j.status in ('pending', 'running') or j.completed_at > now() - interval '1 hour')
  ) then
    return;
  end if;
  perform private.enqueue_job(
    p_job_type => 'operations.maintain',
    p_tenant_id => null,
    p_payload => '{}',
    p_dedupe_key => 'maintain'
  );
end
$function$;

CREATE OR REPLACE FUNCTION private.set_tenant_suspended (
  p_tenant_id uuid,
  p_suspended boolean,
  p_reason    text
)
  RETURNS void
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION "private"."set_tenant_suspended"(uuid, boolean, text) OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.set_updated_at()
  RETURNS TRIGGER
  LANGUAGE plpgsql
  SET search_path TO 'pg_catalog', 'pg_temp'
  AS $function$
begin
  new.updated_at := pg_catalog.now();
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION private.tenant_with (
  p_permission text
)
  RETURNS uuid
  LANGUAGE plpgsql
  STABLE
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION "private"."tenant_with"(text) OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.tenants_with (
  p_permission text
)
  RETURNS uuid[]
  LANGUAGE plpgsql
  STABLE
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION "private"."tenants_with"(text) OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.visible_user_ids()
  RETURNS uuid[]
  LANGUAGE plpgsql
  STABLE
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION "private"."visible_user_ids"() OWNER TO "gantry_definer";

CREATE OR REPLACE FUNCTION private.write_audit (
  p_tenant_id     uuid,
  p_action_type   text,
  p_action        text,
  p_resource_type text,
  p_resource_id   text,
  p_old_value     jsonb,
  p_new_value     jsonb,
  p_metadata      jsonb
)
  RETURNS void
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path TO 'pg_catalog', 'pg_temp'
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

ALTER FUNCTION "private"."write_audit"(uuid, text, text, text, text, jsonb, jsonb, jsonb) OWNER TO "gantry_definer";

ALTER TABLE "control_plane"."tenant_databases"
  ADD CONSTRAINT "tenant_databases_target_id_fkey" FOREIGN KEY (target_id) REFERENCES control_plane.provisioning_targets(id) ON DELETE RESTRICT;

ALTER TABLE "control_plane"."tenant_databases"
  ADD CONSTRAINT "tenant_databases_tenant_id_fkey" FOREIGN KEY (tenant_id) REFERENCES control_plane.tenants(tenant_id) ON DELETE CASCADE;

ALTER TABLE "public"."audit_logs"
  ADD CONSTRAINT "action_type_is_known" CHECK ((action_type = ANY (ARRAY['create'::text, 'update'::text, 'delete'::text, 'access'::text])));

ALTER TABLE "public"."audit_logs"
  ADD CONSTRAINT "audit_logs_pkey" PRIMARY KEY (id, created_at);

ALTER TABLE "public"."background_jobs"
  ADD CONSTRAINT "background_jobs_tenant_id_fkey" FOREIGN KEY (tenant_id) REFERENCES control_plane.tenants(tenant_id) ON DELETE CASCADE;

ALTER TABLE "public"."environment_types"
  ADD CONSTRAINT "environment_types_tenant_id_fkey" FOREIGN KEY (tenant_id) REFERENCES control_plane.tenants(tenant_id) ON DELETE CASCADE;

ALTER TABLE "public"."memberships"
  ADD CONSTRAINT "memberships_tenant_id_fkey" FOREIGN KEY (tenant_id) REFERENCES control_plane.tenants(tenant_id) ON DELETE CASCADE;

ALTER TABLE "public"."provisioning_operations"
  ADD CONSTRAINT "provisioning_operations_tenant_id_database_id_fkey" FOREIGN KEY (tenant_id, database_id) REFERENCES control_plane.tenant_databases(tenant_id, id)
    ON DELETE CASCADE;

ALTER TABLE "public"."role_permissions"
  ADD CONSTRAINT "role_permissions_permission_works_while_suspended_fkey" FOREIGN KEY (permission, works_while_suspended) REFERENCES public.permissions(name, works_while_suspended)
    ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE "public"."memberships"
  ADD CONSTRAINT "memberships_role_fkey" FOREIGN KEY (ROLE) REFERENCES public.roles(name) ON DELETE RESTRICT;

ALTER TABLE "public"."role_permissions"
  ADD CONSTRAINT "role_permissions_role_fkey" FOREIGN KEY (ROLE) REFERENCES public.roles(name) ON DELETE CASCADE;

ALTER TABLE "public"."settings"
  ADD CONSTRAINT "settings_tenant_id_fkey" FOREIGN KEY (tenant_id) REFERENCES control_plane.tenants(tenant_id) ON DELETE CASCADE;

ALTER TABLE "public"."users"
  ADD CONSTRAINT "users_active_tenant_is_a_membership" FOREIGN KEY (id, active_tenant_id) REFERENCES public.memberships(user_id, tenant_id) ON DELETE SET NULL (active_tenant_id);

ALTER TABLE "public"."memberships"
  ADD CONSTRAINT "memberships_user_id_user_is_active_fkey" FOREIGN KEY (user_id, user_is_active) REFERENCES public.users(id, is_active) ON UPDATE CASCADE ON DELETE RESTRICT;

ALTER TABLE "control_plane"."tenants"
  ADD CONSTRAINT "tenants_created_by_fkey" FOREIGN KEY (created_by) REFERENCES public.users(id) ON DELETE RESTRICT;

ALTER TABLE "control_plane"."tenants"
  ADD CONSTRAINT "tenants_personal_user_id_fkey" FOREIGN KEY (personal_user_id) REFERENCES public.users(id) ON DELETE RESTRICT;

ALTER TABLE "public"."background_jobs"
  ADD CONSTRAINT "background_jobs_requested_by_fkey" FOREIGN KEY (requested_by) REFERENCES public.users(id) ON DELETE RESTRICT;

ALTER TABLE "public"."provisioning_operations"
  ADD CONSTRAINT "provisioning_operations_requested_by_fkey" FOREIGN KEY (requested_by) REFERENCES public.users(id) ON DELETE RESTRICT;

CREATE VIEW "public"."tenant_databases" WITH (security_invoker=true) AS  SELECT id,
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

CREATE VIEW "public"."tenants" WITH (security_invoker=true) AS  SELECT tenant_id,
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

CREATE UNIQUE INDEX tenant_databases_one_live_of_a_name_idx ON control_plane.tenant_databases USING btree (tenant_id, name)
  WHERE (deleted_at IS NULL);

CREATE INDEX tenant_databases_status_idx ON control_plane.tenant_databases USING btree (status);

CREATE INDEX tenants_created_by_idx ON control_plane.tenants USING btree (created_by);

CREATE INDEX tenants_deletion_scheduled_at_idx ON control_plane.tenants USING btree (deletion_scheduled_at)
  WHERE (deletion_scheduled_at IS NOT NULL);

CREATE INDEX tenants_status_idx ON control_plane.tenants USING btree (status);

CREATE INDEX audit_logs_actor_id_created_at_idx ON ONLY public.audit_logs USING btree (actor_id, created_at DESC);

CREATE INDEX audit_logs_impersonation_session_id_idx ON ONLY public.audit_logs USING btree (impersonation_session_id)
  WHERE (impersonation_session_id IS NOT NULL);

CREATE INDEX audit_logs_tenant_id_created_at_idx ON ONLY public.audit_logs USING btree (tenant_id, created_at DESC, id);

CREATE INDEX audit_logs_tenant_id_resource_idx ON ONLY public.audit_logs USING btree (tenant_id, resource_type, resource_id);

CREATE INDEX background_jobs_available_at_idx ON public.background_jobs USING btree (available_at, id)
  WHERE (status = ANY (ARRAY['pending'::text, 'running'::text]));

CREATE UNIQUE INDEX background_jobs_dedupe_key_idx ON public.background_jobs USING btree (job_type, dedupe_key)
  WHERE (status = 'pending'::text);

CREATE INDEX background_jobs_job_type_completed_at_idx ON public.background_jobs USING btree (job_type, completed_at DESC);

CREATE INDEX background_jobs_requested_by_idx ON public.background_jobs USING btree (requested_by);

CREATE INDEX background_jobs_tenant_id_created_at_idx ON public.background_jobs USING btree (tenant_id, created_at DESC);

CREATE UNIQUE INDEX environment_types_one_default_idx ON public.environment_types USING btree (tenant_id) NULLS NOT DISTINCT
  WHERE is_default;

CREATE INDEX memberships_role_idx ON public.memberships USING btree (ROLE);

CREATE INDEX memberships_tenant_id_created_at_idx ON public.memberships USING btree (tenant_id, created_at, id);

CREATE INDEX memberships_tenant_id_role_idx ON public.memberships USING btree (tenant_id, ROLE);

CREATE INDEX memberships_user_id_user_is_active_idx ON public.memberships USING btree (user_id, user_is_active);

CREATE INDEX provisioning_operations_database_idx ON public.provisioning_operations USING btree (tenant_id, database_id);

CREATE UNIQUE INDEX provisioning_operations_one_at_a_time_idx ON public.provisioning_operations USING btree (tenant_id)
  WHERE (status = ANY (ARRAY['pending'::text, 'running'::text]));

CREATE INDEX provisioning_operations_requested_by_idx ON public.provisioning_operations USING btree (requested_by);

CREATE INDEX provisioning_operations_tenant_id_created_at_idx ON public.provisioning_operations USING btree (tenant_id, created_at DESC, id);

CREATE INDEX role_permissions_permission_idx ON public.role_permissions USING btree (permission, works_while_suspended);

CREATE INDEX users_id_active_tenant_id_idx ON public.users USING btree (id, active_tenant_id);

CREATE TRIGGER gantry_user_created
  AFTER INSERT ON auth.users
  FOR EACH ROW
  EXECUTE FUNCTION private.on_auth_user_created();

CREATE TRIGGER gantry_user_deleted
  BEFORE DELETE ON auth.users
  FOR EACH ROW
  EXECUTE FUNCTION private.on_auth_user_deleted();

CREATE TRIGGER gantry_user_updated
  AFTER UPDATE OF email ON auth.users
  FOR EACH ROW
  WHEN (((old.email)::text IS DISTINCT FROM (new.email)::text))
  EXECUTE FUNCTION private.on_auth_user_updated();

CREATE TRIGGER audit_change
  AFTER INSERT OR DELETE OR UPDATE ON control_plane.provisioning_targets
  FOR EACH ROW
  EXECUTE FUNCTION private.audit_change('provisioning_target', 'id');

CREATE TRIGGER set_updated_at
  BEFORE UPDATE ON control_plane.provisioning_targets
  FOR EACH ROW
  EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER audit_change
  AFTER INSERT OR DELETE OR UPDATE ON control_plane.system_config
  FOR EACH ROW
  EXECUTE FUNCTION private.audit_change('system_config', 'key');

CREATE TRIGGER set_updated_at
  BEFORE UPDATE ON control_plane.system_config
  FOR EACH ROW
  EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER audit_change
  AFTER INSERT OR DELETE OR UPDATE ON control_plane.tenant_databases
  FOR EACH ROW
  EXECUTE FUNCTION private.audit_change('database', 'id');

CREATE TRIGGER guard_live_database
  BEFORE DELETE ON control_plane.tenant_databases
  FOR EACH ROW
  EXECUTE FUNCTION private.guard_live_database();

CREATE TRIGGER set_updated_at
  BEFORE UPDATE ON control_plane.tenant_databases
  FOR EACH ROW
  EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER audit_change
  AFTER INSERT OR DELETE OR UPDATE ON control_plane.tenants
  FOR EACH ROW
  EXECUTE FUNCTION private.audit_change('tenant', 'tenant_id');

CREATE TRIGGER follow_standing
  AFTER UPDATE OF status ON control_plane.tenants
  FOR EACH ROW
  WHEN ((old.status IS DISTINCT FROM new.status))
  EXECUTE FUNCTION private.follow_standing();

CREATE TRIGGER set_updated_at
  BEFORE UPDATE ON control_plane.tenants
  FOR EACH ROW
  EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER fail_operation_of_job
  AFTER UPDATE OF status ON public.background_jobs
  FOR EACH ROW
  WHEN (((new.resource_type = 'provisioning_operation'::text) AND (new.status = ANY (ARRAY['failed'::text, 'cancelled'::text]))))
  EXECUTE FUNCTION private.fail_operation_of_job();

CREATE TRIGGER set_updated_at
  BEFORE UPDATE ON public.background_jobs
  FOR EACH ROW
  EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER audit_change
  AFTER INSERT OR DELETE OR UPDATE ON public.environment_types
  FOR EACH ROW
  EXECUTE FUNCTION private.audit_change('environment_type', 'id');

CREATE TRIGGER set_updated_at
  BEFORE UPDATE ON public.environment_types
  FOR EACH ROW
  EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER audit_change
  AFTER INSERT OR DELETE OR UPDATE ON public.memberships
  FOR EACH ROW
  EXECUTE FUNCTION private.audit_change('membership', 'id');

CREATE TRIGGER follow_membership_removal
  AFTER DELETE ON public.memberships
  FOR EACH ROW
  EXECUTE FUNCTION private.follow_membership_removal();

CREATE TRIGGER guard_membership
  BEFORE DELETE OR UPDATE ON public.memberships
  FOR EACH ROW
  EXECUTE FUNCTION private.guard_membership();

CREATE TRIGGER set_updated_at
  BEFORE UPDATE ON public.memberships
  FOR EACH ROW
  EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER audit_change
  AFTER INSERT OR DELETE OR UPDATE ON public.provisioning_operations
  FOR EACH ROW
  EXECUTE FUNCTION private.audit_change('provisioning_operation', 'id');

CREATE TRIGGER set_updated_at
  BEFORE UPDATE ON public.provisioning_operations
  FOR EACH ROW
  EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER audit_change
  AFTER INSERT OR DELETE OR UPDATE ON public.settings
  FOR EACH ROW
  EXECUTE FUNCTION private.audit_change('setting', 'id');

CREATE TRIGGER set_updated_at
  BEFORE UPDATE ON public.settings
  FOR EACH ROW
  EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER audit_change
  AFTER INSERT OR DELETE OR UPDATE ON public.users
  FOR EACH ROW
  EXECUTE FUNCTION private.audit_change('user', 'id');

CREATE TRIGGER set_updated_at
  BEFORE UPDATE ON public.users
  FOR EACH ROW
  EXECUTE FUNCTION private.set_updated_at();

CREATE POLICY "provisioning_targets_all_definer" ON "control_plane"."provisioning_targets"
  FOR ALL
  TO "gantry_definer"
  USING (true)
  WITH CHECK (true);

CREATE POLICY "provisioning_targets_select_worker" ON "control_plane"."provisioning_targets"
  FOR SELECT
  TO "gantry_worker"
  USING (true);

CREATE POLICY "tenant_data_keys_insert_worker" ON "control_plane"."tenant_data_keys"
  FOR INSERT
  TO "gantry_worker"
  WITH CHECK ((destroyed_at IS NULL));

CREATE POLICY "tenant_data_keys_select_definer" ON "control_plane"."tenant_data_keys"
  FOR SELECT
  TO "gantry_definer"
  USING (true);

CREATE POLICY "tenant_data_keys_select_worker" ON "control_plane"."tenant_data_keys"
  FOR SELECT
  TO "gantry_worker"
  USING (true);

CREATE POLICY "tenant_databases_all_definer" ON "control_plane"."tenant_databases"
  FOR ALL
  TO "gantry_definer"
  USING (true)
  WITH CHECK (true);

CREATE POLICY "tenant_databases_all_worker" ON "control_plane"."tenant_databases"
  FOR ALL
  TO "gantry_worker"
  USING (true)
  WITH CHECK (true);

CREATE POLICY "tenant_databases_select_members" ON "control_plane"."tenant_databases"
  FOR SELECT
  TO "authenticated"
  USING ((tenant_id = ( SELECT private.tenant_with('databases.read'::text) AS tenant_with)));

CREATE POLICY "tenants_all_definer" ON "control_plane"."tenants"
  FOR ALL
  TO "gantry_definer"
  USING (true)
  WITH CHECK (true);

CREATE POLICY "tenants_select_members" ON "control_plane"."tenants"
  FOR SELECT
  TO "authenticated"
  USING ((tenant_id = ANY (( SELECT private.tenants_with('tenants.read'::text) AS tenants_with)::uuid[])));

CREATE POLICY "tenants_select_worker" ON "control_plane"."tenants"
  FOR SELECT
  TO "gantry_worker"
  USING (true);

CREATE POLICY "tenants_update_managers" ON "control_plane"."tenants"
  FOR UPDATE
  TO "authenticated"
  USING ((tenant_id = ( SELECT private.tenant_with('tenants.update'::text) AS tenant_with)))
  WITH CHECK ((tenant_id = ( SELECT private.tenant_with('tenants.update'::text) AS tenant_with)));

CREATE POLICY "audit_columns_select_definer" ON "private"."audit_columns"
  FOR SELECT
  TO "gantry_definer"
  USING (true);

CREATE POLICY "audit_logs_insert_definer" ON "public"."audit_logs"
  FOR INSERT
  TO "gantry_definer"
  WITH CHECK (true);

CREATE POLICY "audit_logs_select_members" ON "public"."audit_logs"
  FOR SELECT
  TO "authenticated"
  USING ((tenant_id = ( SELECT private.tenant_with('audit.read'::text) AS tenant_with)));

CREATE POLICY "background_jobs_all_definer" ON "public"."background_jobs"
  FOR ALL
  TO "gantry_definer"
  USING (true)
  WITH CHECK (true);

CREATE POLICY "background_jobs_all_worker" ON "public"."background_jobs"
  FOR ALL
  TO "gantry_worker"
  USING (true)
  WITH CHECK (true);

CREATE POLICY "background_jobs_select_members" ON "public"."background_jobs"
  FOR SELECT
  TO "authenticated"
  USING ((tenant_id = ( SELECT private.tenant_with('jobs.read'::text) AS tenant_with)));

CREATE POLICY "environment_types_delete_managers" ON "public"."environment_types"
  FOR DELETE
  TO "authenticated"
  USING ((tenant_id = ( SELECT private.tenant_with('settings.manage'::text) AS tenant_with)));

CREATE POLICY "environment_types_insert_managers" ON "public"."environment_types"
  FOR INSERT
  TO "authenticated"
  WITH CHECK ((tenant_id = ( SELECT private.tenant_with('settings.manage'::text) AS tenant_with)));

CREATE POLICY "environment_types_select_members" ON "public"."environment_types"
  FOR SELECT
  TO "authenticated"
  USING (((tenant_id = ( SELECT private.tenant_with('settings.read'::text) AS tenant_with)) OR ((tenant_id IS NULL) AND (( SELECT private.caller_id() AS caller_id) IS NOT NULL))));

CREATE POLICY "environment_types_update_managers" ON "public"."environment_types"
  FOR UPDATE
  TO "authenticated"
  USING ((tenant_id = ( SELECT private.tenant_with('settings.manage'::text) AS tenant_with)))
  WITH CHECK ((tenant_id = ( SELECT private.tenant_with('settings.manage'::text) AS tenant_with)));

CREATE POLICY "memberships_all_definer" ON "public"."memberships"
  FOR ALL
  TO "gantry_definer"
  USING (true)
  WITH CHECK (true);

CREATE POLICY "memberships_delete_managers" ON "public"."memberships"
  FOR DELETE
  TO "authenticated"
  USING (((tenant_id = ( SELECT private.tenant_with('members.manage'::text) AS tenant_with)) OR (user_id = ( SELECT private.caller_id() AS caller_id))));

CREATE POLICY "memberships_select_members" ON "public"."memberships"
  FOR SELECT
  TO "authenticated"
  USING (((tenant_id = ( SELECT private.tenant_with('members.read'::text) AS tenant_with)) OR (user_id = ( SELECT private.caller_id() AS caller_id))));

CREATE POLICY "memberships_update_managers" ON "public"."memberships"
  FOR UPDATE
  TO "authenticated"
  USING ((tenant_id = ( SELECT private.tenant_with('members.manage'::text) AS tenant_with)))
  WITH CHECK ((tenant_id = ( SELECT private.tenant_with('members.manage'::text) AS tenant_with)));

CREATE POLICY "permissions_select_definer" ON "public"."permissions"
  FOR SELECT
  TO "gantry_definer"
  USING (true);

CREATE POLICY "permissions_select_signed_in" ON "public"."permissions"
  FOR SELECT
  TO "authenticated"
  USING ((( SELECT private.caller_id() AS caller_id) IS NOT NULL));

CREATE POLICY "provisioning_operations_all_definer" ON "public"."provisioning_operations"
  FOR ALL
  TO "gantry_definer"
  USING (true)
  WITH CHECK (true);

CREATE POLICY "provisioning_operations_all_worker" ON "public"."provisioning_operations"
  FOR ALL
  TO "gantry_worker"
  USING (true)
  WITH CHECK (true);

CREATE POLICY "provisioning_operations_select_members" ON "public"."provisioning_operations"
  FOR SELECT
  TO "authenticated"
  USING ((tenant_id = ( SELECT private.tenant_with('databases.read'::text) AS tenant_with)));

CREATE POLICY "role_permissions_select_definer" ON "public"."role_permissions"
  FOR SELECT
  TO "gantry_definer"
  USING (true);

CREATE POLICY "role_permissions_select_signed_in" ON "public"."role_permissions"
  FOR SELECT
  TO "authenticated"
  USING ((( SELECT private.caller_id() AS caller_id) IS NOT NULL));

CREATE POLICY "roles_select_definer" ON "public"."roles"
  FOR SELECT
  TO "gantry_definer"
  USING (true);

CREATE POLICY "roles_select_signed_in" ON "public"."roles"
  FOR SELECT
  TO "authenticated"
  USING ((( SELECT private.caller_id() AS caller_id) IS NOT NULL));

CREATE POLICY "settings_delete_managers" ON "public"."settings"
  FOR DELETE
  TO "authenticated"
  USING ((tenant_id = ( SELECT private.tenant_with('settings.manage'::text) AS tenant_with)));

CREATE POLICY "settings_insert_managers" ON "public"."settings"
  FOR INSERT
  TO "authenticated"
  WITH CHECK ((tenant_id = ( SELECT private.tenant_with('settings.manage'::text) AS tenant_with)));

CREATE POLICY "settings_select_members" ON "public"."settings"
  FOR SELECT
  TO "authenticated"
  USING (((tenant_id = ( SELECT private.tenant_with('settings.read'::text) AS tenant_with)) OR ((tenant_id IS NULL) AND (( SELECT private.caller_id() AS caller_id) IS NOT NULL))));

CREATE POLICY "settings_update_managers" ON "public"."settings"
  FOR UPDATE
  TO "authenticated"
  USING ((tenant_id = ( SELECT private.tenant_with('settings.manage'::text) AS tenant_with)))
  WITH CHECK ((tenant_id = ( SELECT private.tenant_with('settings.manage'::text) AS tenant_with)));

CREATE POLICY "users_all_definer" ON "public"."users"
  FOR ALL
  TO "gantry_definer"
  USING (true)
  WITH CHECK (true);

CREATE POLICY "users_select_colleagues" ON "public"."users"
  FOR SELECT
  TO "authenticated"
  USING ((id = ANY (( SELECT private.visible_user_ids() AS visible_user_ids)::uuid[])));

CREATE POLICY "users_update_self" ON "public"."users"
  FOR UPDATE
  TO "authenticated"
  USING ((id = ( SELECT private.caller_id() AS caller_id)))
  WITH CHECK ((id = ( SELECT private.caller_id() AS caller_id)));

ALTER PUBLICATION "supabase_realtime" ADD TABLE "public"."background_jobs";

ALTER PUBLICATION "supabase_realtime" ADD TABLE "public"."provisioning_operations";

COMMENT ON COLUMN "control_plane"."provisioning_targets"."admin_url_encrypted" IS 'Sealed under the platform''s data key (nil tenant).';

COMMENT ON COLUMN "control_plane"."provisioning_targets"."system_identifier" IS 'The cluster''s own identity, read at registration.';

COMMENT ON COLUMN "control_plane"."tenant_data_keys"."tenant_id" IS 'No foreign key: the nil uuid is no tenant, and a destroyed key is evidence that outlives its tenant.';

COMMENT ON COLUMN "control_plane"."tenant_databases"."connection_string_encrypted" IS 'Sealed with the tenant''s data key; stored before the role exists, so that a killed worker never loses a password.';

COMMENT ON COLUMN "control_plane"."tenant_databases"."is_suspended_with_tenant" IS 'True when the tenant''s suspension closed it; only then does resuming the tenant open it again.';

COMMENT ON COLUMN "control_plane"."tenants"."deletion_scheduled_at" IS 'After this moment the tenant may be removed for good.';

COMMENT ON COLUMN "control_plane"."tenants"."name" IS 'Unique name for machines; whether one is taken is a listed exception to secrecy.';

COMMENT ON COLUMN "control_plane"."tenants"."personal_user_id" IS 'Set for the tenant each person gets at sign-up.';

COMMENT ON COLUMN "control_plane"."tenants"."suspended_by_platform" IS 'A member cannot resume what the platform suspended.';

COMMENT ON COLUMN "public"."audit_logs"."tenant_id" IS 'Null for the platform''s own events. No foreign key: the log outlives its tenant.';

COMMENT ON COLUMN "public"."background_jobs"."available_at" IS 'When a worker may take the job: its due time while pending, the end of its lease while running.';

COMMENT ON COLUMN "public"."background_jobs"."dedupe_key" IS 'At most one pending job of a type has the same key.';

COMMENT ON COLUMN "public"."background_jobs"."fence" IS 'Grows with each claim; a write with an older value comes from a worker that lost its lease and changes nothing.';

COMMENT ON COLUMN "public"."background_jobs"."progress" IS '{current, total, percentage, message}; never goes back.';

COMMENT ON COLUMN "public"."memberships"."user_is_active" IS 'Copy of the person''s own flag, kept equal by the foreign key: policies look here and save a join.';

COMMENT ON COLUMN "public"."permissions"."works_while_suspended" IS 'True for what members need while their tenant is suspended or inactive: seeing it, resuming it, leaving it.';

COMMENT ON COLUMN "public"."role_permissions"."works_while_suspended" IS 'Copy of the permission''s own flag, kept equal by the foreign key: policies look here and save a join.';

COMMENT ON COLUMN "public"."users"."active_tenant_id" IS 'Tenant of requests that name none; always one the person is a member of.';

COMMENT ON COLUMN "public"."users"."email" IS 'Copy of the auth user''s e-mail; absent for phone sign-ups and not unique.';

COMMENT ON COLUMN "public"."users"."id" IS 'Equal to auth.users.id; no foreign key, because the row outlives the auth user.';

COMMENT ON FUNCTION "private"."acting_user_id"() IS 'Whom to write down for a change: the person of the token, or the one a worker acts for.';

COMMENT ON FUNCTION "private"."advance_progress"(jsonb, integer, integer, text) IS 'The next progress value {current, total, percentage, message}; numbers never go back.';

COMMENT ON FUNCTION "private"."audit_change"() IS 'Trigger (resource type, key column): one audit row for each changed row. Values appear only for columns that private.audit_columns allows.';

COMMENT ON FUNCTION "private"."caller_id"() IS 'The person who calls, if their account is active; else null.';

COMMENT ON FUNCTION "private"."choose_default_tenant"(uuid) IS 'Makes one of the caller''s tenants the one that requests act in when they name none.';

COMMENT ON FUNCTION "private"."claim_jobs"(text, integer, integer, text[]) IS 'Takes up to p_limit due jobs for p_lease_seconds. Jobs locked by another worker are passed over, never waited for.';

COMMENT ON FUNCTION "private"."claimed_user_id"() IS 'The person a request''s verified token names; null without one, for anonymous sign-ins, and for tokens made for another audience.';

COMMENT ON FUNCTION "private"."client_address"(text) IS 'The client address out of an x-forwarded-for header; empty without one.';

COMMENT ON FUNCTION "private"."complete_job"(uuid, bigint) IS 'Ends a job well; false when the lease is lost.';

COMMENT ON FUNCTION "private"."create_tenant"(text, text, text) IS 'Makes a tenant and its first owner, the caller, or neither. 409 TENANT_NAME_TAKEN when the name is in use.';

COMMENT ON FUNCTION "private"."defer_job"(uuid, bigint, timestamp with time zone) IS 'Puts a job back that has more to do or must wait; counts as no attempt. False when the lease is lost.';

COMMENT ON FUNCTION "private"."delete_account"() IS 'Removes the caller''s account. 409 LAST_OWNER with the names of the tenants that would be left without an owner.';

COMMENT ON FUNCTION "private"."enqueue_job"(text, uuid, jsonb, text, uuid, timestamp with time zone, text, integer) IS 'Queues a job in the caller''s transaction and returns its id, or that of the pending job with the same dedupe key.';

COMMENT ON FUNCTION "private"."ensure_audit_partitions"(integer) IS 'Makes the monthly partitions of the audit log from this month on; returns how many were missing.';

COMMENT ON FUNCTION "private"."fail_job"(uuid, bigint, text, text, boolean) IS 'Ends an attempt badly. Returns pending (will be retried with backoff) or failed; null when the lease is lost.';

COMMENT ON FUNCTION "private"."fail_operation_of_job"() IS 'An operation ends when its job does, even if the worker died before it could say so.';

COMMENT ON FUNCTION "private"."follow_membership_removal"() IS 'After a membership goes: the person falls back to their personal tenant, and a tenant without members is scheduled for deletion.';

COMMENT ON FUNCTION "private"."follow_standing"() IS 'Whoever changes a tenant''s standing, members, the platform or the last one leaving: its databases follow.';

COMMENT ON FUNCTION "private"."follow_tenant"(uuid) IS 'Closes or opens the next database that does not agree with its tenant''s standing. True when all of them do.';

COMMENT ON FUNCTION "private"."guard_live_database"() IS 'The row of a live database cannot go, not by a cascade from its tenant either; the delete operation comes first.';

COMMENT ON FUNCTION "private"."guard_membership"() IS 'Nobody manages or grants a role above their own; the last owner of a tenant with other members stays; nobody leaves their personal tenant while their account exists.';

COMMENT ON FUNCTION "private"."has_secret_keys"(jsonb) IS 'True when an object at any depth has a key that looks like a secret''s name. Such values belong in the vault.';

COMMENT ON FUNCTION "private"."on_auth_user_created"() IS 'Gives each new auth user a row, a personal tenant and a membership.';

COMMENT ON FUNCTION "private"."on_auth_user_deleted"() IS 'Clears a leaving person''s data and memberships. Refused while they are the last owner of a tenant with other members.';

COMMENT ON FUNCTION "private"."on_auth_user_updated"() IS 'Keeps the mirrored e-mail equal to Supabase Auth''s.';

COMMENT ON FUNCTION "private"."open_operation"(text, uuid, uuid) IS 'Starts an operation and its job together. 423 OPERATION_IN_PROGRESS, with the holder, while another one of the tenant runs.';

COMMENT ON FUNCTION "private"."place_database"(uuid, text, text) IS 'Picks a target with room and writes down the database that will be made there. 409 DATABASE_NAME_TAKEN or NO_TARGET_AVAILABLE.';

COMMENT ON FUNCTION "private"."pre_request"() IS 'Runs before each request of the Data API: clears settings, notes the client for the audit log, refuses counts that tell sizes and unknown credentials.';

COMMENT ON FUNCTION "private"."purge_due_tenants"() IS 'Removes tenants whose week has passed, after their databases; returns how many are gone.';

COMMENT ON FUNCTION "private"."raise_problem"(integer, text, text) IS 'Ends the statement with an HTTP status and a code of the error registry.';

COMMENT ON FUNCTION "private"."read_connection"(uuid) IS 'The sealed connection string of an active database and the key that opens it; needs databases.connect and leaves an audit row.';

COMMENT ON FUNCTION "private"."record_audit"(uuid, text, text, text, jsonb) IS 'Writes down an event that changes no row, such as reading a secret.';

COMMENT ON FUNCTION "private"."register_user"(uuid, text, text) IS 'Makes a person''s row, personal tenant and membership where they are missing; safe to repeat.';

COMMENT ON FUNCTION "private"."renew_job"(uuid, bigint, integer) IS 'Prolongs a lease; false when another worker holds it by now.';

COMMENT ON FUNCTION "private"."repair_signups"() IS 'Makes the rows and personal tenants that could not be made at sign-up, and mirrors e-mails that could not be; returns how many.';

COMMENT ON FUNCTION "private"."report_job_progress"(uuid, bigint, integer, integer, text) IS 'Shows how far a job is; false when the lease is lost.';

COMMENT ON FUNCTION "private"."request_database_operation"(text, uuid, uuid, text, text) IS 'Asks for a database to be made, deleted, suspended or resumed; needs databases.manage. Returns the operation to watch.';

COMMENT ON FUNCTION "private"."require_permission"(uuid, text) IS 'Returns if the request acts in this tenant with the permission; else 403 FORBIDDEN for its members and 404 NOT_FOUND for all others.';

COMMENT ON FUNCTION "private"."schedule_maintenance"() IS 'Queues the hourly housekeeping unless it is queued, running or has just run. Called by each tick of the scheduler.';

COMMENT ON FUNCTION "private"."set_tenant_suspended"(uuid, boolean, text) IS 'Suspends or resumes a tenant; a trigger queues the same for its databases. Twice is once. 409 TENANT_INACTIVE, 403 SUSPENDED_BY_PLATFORM.';

COMMENT ON FUNCTION "private"."set_updated_at"() IS 'Stamps the row of each update, whoever makes it.';

COMMENT ON FUNCTION "private"."tenant_with"(text) IS 'The tenant this request acts in, if the caller''s role there holds the permission and the tenant is in good standing; else null. Policies compare tenant_id with (select private.tenant_with(...)).';

COMMENT ON FUNCTION "private"."tenants_with"(text) IS 'All tenants in which the caller holds the permission, whatever tenant the request acts in.';

COMMENT ON FUNCTION "private"."visible_user_ids"() IS 'The caller and, with members.read, the members of the tenant the request acts in.';

COMMENT ON FUNCTION "private"."write_audit"(uuid, text, text, text, text, jsonb, jsonb, jsonb) IS 'Writes one audit row with the actor, address and request of the current transaction. If it fails, so does the action.';

COMMENT ON POLICY "provisioning_targets_all_definer" ON "control_plane"."provisioning_targets" IS 'Placing a database picks and locks a target.';

COMMENT ON POLICY "provisioning_targets_select_worker" ON "control_plane"."provisioning_targets" IS 'The provisioning job reads where it has to work; the admin URL is sealed.';

COMMENT ON POLICY "tenant_data_keys_insert_worker" ON "control_plane"."tenant_data_keys" IS 'The first secret of a tenant makes its key.';

COMMENT ON POLICY "tenant_data_keys_select_definer" ON "control_plane"."tenant_data_keys" IS 'Reading a connection hands out the wrapped key.';

COMMENT ON POLICY "tenant_data_keys_select_worker" ON "control_plane"."tenant_data_keys" IS 'Scheduled work seals with these keys; they are wrapped under a master key the database does not have.';

COMMENT ON POLICY "tenant_databases_all_definer" ON "control_plane"."tenant_databases" IS 'Requesting and following operations write here.';

COMMENT ON POLICY "tenant_databases_all_worker" ON "control_plane"."tenant_databases" IS 'The provisioning job keeps the rows true.';

COMMENT ON POLICY "tenant_databases_select_members" ON "control_plane"."tenant_databases" IS 'With databases.read, the databases of the tenant the request acts in; no secret column is granted.';

COMMENT ON POLICY "tenants_all_definer" ON "control_plane"."tenants" IS 'Policy helpers and tenancy functions keep this table.';

COMMENT ON POLICY "tenants_select_members" ON "control_plane"."tenants" IS 'Members see all their tenants, suspended ones too.';

COMMENT ON POLICY "tenants_select_worker" ON "control_plane"."tenants" IS 'Scheduled work looks at a tenant''s standing.';

COMMENT ON POLICY "tenants_update_managers" ON "control_plane"."tenants" IS 'With tenants.update, the tenant the request acts in can be renamed; its standing cannot be changed this way.';

COMMENT ON POLICY "audit_columns_select_definer" ON "private"."audit_columns" IS 'The audit trigger looks up what may be written.';

COMMENT ON POLICY "audit_logs_insert_definer" ON "public"."audit_logs" IS 'The audit trigger and function write here; nothing else does.';

COMMENT ON POLICY "audit_logs_select_members" ON "public"."audit_logs" IS 'With audit.read, the log of the tenant the request acts in. Nobody can change it.';

COMMENT ON POLICY "background_jobs_all_definer" ON "public"."background_jobs" IS 'Queueing a job, in the transaction that needs it.';

COMMENT ON POLICY "background_jobs_all_worker" ON "public"."background_jobs" IS 'Workers claim jobs and write down their course.';

COMMENT ON POLICY "background_jobs_select_members" ON "public"."background_jobs" IS 'With jobs.read, the jobs of the tenant the request acts in, without their payload.';

COMMENT ON POLICY "environment_types_delete_managers" ON "public"."environment_types" IS 'Environment types are removed with settings.manage; defaults are the platform''s.';

COMMENT ON POLICY "environment_types_insert_managers" ON "public"."environment_types" IS 'Environment types are added with settings.manage.';

COMMENT ON POLICY "environment_types_select_members" ON "public"."environment_types" IS 'Environment types of the tenant the request acts in, with settings.read, and the platform''s defaults.';

COMMENT ON POLICY "environment_types_update_managers" ON "public"."environment_types" IS 'Environment types are changed with settings.manage; defaults are the platform''s.';

COMMENT ON POLICY "memberships_all_definer" ON "public"."memberships" IS 'Policy helpers and tenancy functions keep this table.';

COMMENT ON POLICY "memberships_delete_managers" ON "public"."memberships" IS 'With members.manage, members can be removed; everybody can leave. A trigger guards rank and the last owner.';

COMMENT ON POLICY "memberships_select_members" ON "public"."memberships" IS 'People see their own memberships and, with members.read, those of the tenant they act in.';

COMMENT ON POLICY "memberships_update_managers" ON "public"."memberships" IS 'With members.manage, roles up to one''s own can be changed; a trigger guards rank and the last owner.';

COMMENT ON POLICY "permissions_select_definer" ON "public"."permissions" IS 'Policy helpers look up what a role may do.';

COMMENT ON POLICY "permissions_select_signed_in" ON "public"."permissions" IS 'Whoever is signed in may read what roles mean.';

COMMENT ON POLICY "provisioning_operations_all_definer" ON "public"."provisioning_operations" IS 'Opening an operation and ending one whose job died.';

COMMENT ON POLICY "provisioning_operations_all_worker" ON "public"."provisioning_operations" IS 'The provisioning job writes down how far it is.';

COMMENT ON POLICY "provisioning_operations_select_members" ON "public"."provisioning_operations" IS 'With databases.read, the operations of the tenant the request acts in.';

COMMENT ON POLICY "role_permissions_select_definer" ON "public"."role_permissions" IS 'Policy helpers look up what a role may do.';

COMMENT ON POLICY "role_permissions_select_signed_in" ON "public"."role_permissions" IS 'Whoever is signed in may read what roles mean.';

COMMENT ON POLICY "roles_select_definer" ON "public"."roles" IS 'Policy helpers look up what a role may do.';

COMMENT ON POLICY "roles_select_signed_in" ON "public"."roles" IS 'Whoever is signed in may read what roles mean.';

COMMENT ON POLICY "settings_delete_managers" ON "public"."settings" IS 'Settings are removed with settings.manage; defaults are the platform''s.';

COMMENT ON POLICY "settings_insert_managers" ON "public"."settings" IS 'Settings are added with settings.manage.';

COMMENT ON POLICY "settings_select_members" ON "public"."settings" IS 'Settings of the tenant the request acts in, with settings.read, and the platform''s defaults.';

COMMENT ON POLICY "settings_update_managers" ON "public"."settings" IS 'Settings are changed with settings.manage; defaults are the platform''s.';

COMMENT ON POLICY "users_all_definer" ON "public"."users" IS 'Policy helpers and sign-up keep this table.';

COMMENT ON POLICY "users_select_colleagues" ON "public"."users" IS 'People see themselves and, with members.read, the members of the tenant they act in.';

COMMENT ON POLICY "users_update_self" ON "public"."users" IS 'People change their own name, and nothing else.';

COMMENT ON TABLE "control_plane"."provisioning_targets" IS 'Clusters that tenant databases are made on; never the one that holds Gantry.';

COMMENT ON TABLE "control_plane"."system_config" IS 'Settings of the installation itself; operators only.';

COMMENT ON TABLE "control_plane"."tenant_data_keys" IS 'Data keys, wrapped under a master key that is not in the database. The nil tenant holds the platform''s own.';

COMMENT ON TABLE "control_plane"."tenant_databases" IS 'The databases of each tenant. A row whose database is gone stays, with deleted_at.';

COMMENT ON TABLE "control_plane"."tenants" IS 'Tenants: the unit of isolation, of membership and of billing.';

COMMENT ON TABLE "partitions"."audit_logs_default" IS 'Catches rows whose month has no partition yet, so that none is lost.';

COMMENT ON TABLE "private"."audit_columns" IS 'How each column of an audited table is written to the log: its value, only that it changed, or not at all. A column that is missing here counts as changed.';

COMMENT ON TABLE "public"."audit_logs" IS 'Who did what. Written in the transaction of the change itself; no API role can change or remove a row.';

COMMENT ON TABLE "public"."background_jobs" IS 'Work done outside a request: claimed under a lease, retried, and watched by clients.';

COMMENT ON TABLE "public"."environment_types" IS 'Classes of environments a tenant uses; rows without a tenant are the platform''s defaults.';

COMMENT ON TABLE "public"."memberships" IS 'Who belongs to which tenant, and in which role.';

COMMENT ON TABLE "public"."permissions" IS 'Words that policies ask for; a role holds a set of them.';

COMMENT ON TABLE "public"."provisioning_operations" IS 'Long work on tenant databases, with the step it is at; clients watch the row until it has ended.';

COMMENT ON TABLE "public"."role_permissions" IS 'Which permissions each role holds.';

COMMENT ON TABLE "public"."roles" IS 'The roles a member can have. A higher rank may manage a lower or equal one, never a higher.';

COMMENT ON TABLE "public"."settings" IS 'Configuration of a tenant; rows without a tenant are the platform''s defaults. Secrets do not belong here.';

COMMENT ON TABLE "public"."users" IS 'One row for each person, mirrored from Supabase Auth. Kept, without personal data, after the person has gone.';

COMMENT ON VIEW "public"."tenant_databases" IS 'The live databases of the tenant the request acts in, without secrets.';

COMMENT ON VIEW "public"."tenants" IS 'The tenants the caller is a member of.';

REVOKE ALL ON FUNCTION "private"."acting_user_id"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."acting_user_id"() FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."acting_user_id"() TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."advance_progress"(jsonb, integer, integer, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."advance_progress"(jsonb, integer, integer, text) TO "gantry_worker", "postgres";

REVOKE ALL ON FUNCTION "private"."audit_change"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."audit_change"() FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."audit_change"() TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."caller_id"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."caller_id"() TO "authenticated";

REVOKE ALL ON FUNCTION "private"."caller_id"() FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."caller_id"() TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."choose_default_tenant"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."choose_default_tenant"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."choose_default_tenant"(uuid) FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."choose_default_tenant"(uuid) TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."claim_jobs"(text, integer, integer, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."claim_jobs"(text, integer, integer, text[]) TO "gantry_worker", "postgres";

REVOKE ALL ON FUNCTION "private"."claimed_user_id"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."claimed_user_id"() TO "authenticated", "gantry_definer", "postgres";

REVOKE ALL ON FUNCTION "private"."client_address"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."client_address"(text) TO "anon", "authenticated", "postgres", "service_role";

REVOKE ALL ON FUNCTION "private"."complete_job"(uuid, bigint) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."complete_job"(uuid, bigint) TO "gantry_worker", "postgres";

REVOKE ALL ON FUNCTION "private"."create_tenant"(text, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."create_tenant"(text, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."create_tenant"(text, text, text) FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."create_tenant"(text, text, text) TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."defer_job"(uuid, bigint, timestamp WITH time zone) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."defer_job"(uuid, bigint, timestamp WITH time zone) TO "gantry_worker", "postgres";

REVOKE ALL ON FUNCTION "private"."delete_account"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_account"() TO "authenticated", "postgres";

REVOKE ALL ON FUNCTION "private"."enqueue_job"(text, uuid, jsonb, text, uuid, timestamp WITH time zone, text, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."enqueue_job"(text, uuid, jsonb, text, uuid, timestamp WITH time zone, text, integer) FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."enqueue_job"(text, uuid, jsonb, text, uuid, timestamp WITH time zone, text, integer) TO "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."enqueue_job"(text, uuid, jsonb, text, uuid, timestamp WITH time zone, text, integer) TO "gantry_worker";

REVOKE ALL ON FUNCTION "private"."ensure_audit_partitions"(integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."ensure_audit_partitions"(integer) TO "gantry_worker", "postgres";

REVOKE ALL ON FUNCTION "private"."fail_job"(uuid, bigint, text, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."fail_job"(uuid, bigint, text, text, boolean) TO "gantry_worker", "postgres";

REVOKE ALL ON FUNCTION "private"."fail_operation_of_job"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."fail_operation_of_job"() FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."fail_operation_of_job"() TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."follow_membership_removal"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."follow_membership_removal"() FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."follow_membership_removal"() TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."follow_standing"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."follow_standing"() FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."follow_standing"() TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."follow_tenant"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."follow_tenant"(uuid) FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."follow_tenant"(uuid) TO "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."follow_tenant"(uuid) TO "gantry_worker";

REVOKE ALL ON FUNCTION "private"."guard_live_database"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."guard_live_database"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."guard_membership"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."guard_membership"() FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."guard_membership"() TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."has_secret_keys"(jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."has_secret_keys"(jsonb) TO "authenticated", "gantry_definer", "gantry_worker", "postgres";

REVOKE ALL ON FUNCTION "private"."on_auth_user_created"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."on_auth_user_created"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."on_auth_user_deleted"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."on_auth_user_deleted"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."on_auth_user_updated"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."on_auth_user_updated"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."open_operation"(text, uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."open_operation"(text, uuid, uuid) FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."open_operation"(text, uuid, uuid) TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."place_database"(uuid, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."place_database"(uuid, text, text) FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."place_database"(uuid, text, text) TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."pre_request"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."pre_request"() TO "anon", "authenticated", "postgres", "service_role";

REVOKE ALL ON FUNCTION "private"."purge_due_tenants"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."purge_due_tenants"() TO "gantry_worker", "postgres";

REVOKE ALL ON FUNCTION "private"."raise_problem"(integer, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."raise_problem"(integer, text, text) TO "anon", "authenticated", "gantry_definer", "gantry_worker", "postgres", "service_role";

REVOKE ALL ON FUNCTION "private"."read_connection"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."read_connection"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."read_connection"(uuid) FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."read_connection"(uuid) TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."record_audit"(uuid, text, text, text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."record_audit"(uuid, text, text, text, jsonb) FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."record_audit"(uuid, text, text, text, jsonb) TO "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."record_audit"(uuid, text, text, text, jsonb) TO "gantry_worker";

REVOKE ALL ON FUNCTION "private"."register_user"(uuid, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."register_user"(uuid, text, text) FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."register_user"(uuid, text, text) TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."renew_job"(uuid, bigint, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."renew_job"(uuid, bigint, integer) TO "gantry_worker", "postgres";

REVOKE ALL ON FUNCTION "private"."repair_signups"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."repair_signups"() TO "gantry_worker", "postgres";

REVOKE ALL ON FUNCTION "private"."report_job_progress"(uuid, bigint, integer, integer, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."report_job_progress"(uuid, bigint, integer, integer, text) TO "gantry_worker", "postgres";

REVOKE ALL ON FUNCTION "private"."request_database_operation"(text, uuid, uuid, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."request_database_operation"(text, uuid, uuid, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."request_database_operation"(text, uuid, uuid, text, text) FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."request_database_operation"(text, uuid, uuid, text, text) TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."require_permission"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."require_permission"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."require_permission"(uuid, text) FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."require_permission"(uuid, text) TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."schedule_maintenance"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."schedule_maintenance"() TO "gantry_worker", "postgres";

REVOKE ALL ON FUNCTION "private"."set_tenant_suspended"(uuid, boolean, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_tenant_suspended"(uuid, boolean, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_tenant_suspended"(uuid, boolean, text) FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."set_tenant_suspended"(uuid, boolean, text) TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."set_updated_at"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_updated_at"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tenant_with"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."tenant_with"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."tenant_with"(text) FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."tenant_with"(text) TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."tenants_with"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."tenants_with"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."tenants_with"(text) FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."tenants_with"(text) TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."visible_user_ids"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."visible_user_ids"() TO "authenticated";

REVOKE ALL ON FUNCTION "private"."visible_user_ids"() FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."visible_user_ids"() TO "gantry_definer";

REVOKE ALL ON FUNCTION "private"."write_audit"(uuid, text, text, text, text, jsonb, jsonb, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."write_audit"(uuid, text, text, text, text, jsonb, jsonb, jsonb) FROM "gantry_definer";

GRANT EXECUTE ON FUNCTION "private"."write_audit"(uuid, text, text, text, text, jsonb, jsonb, jsonb) TO "gantry_definer";

GRANT UPDATE ("status") ON TABLE "control_plane"."provisioning_targets" TO "gantry_definer";

GRANT SELECT ON TABLE "control_plane"."provisioning_targets" TO "gantry_definer", "gantry_worker";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "control_plane"."provisioning_targets" TO "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "control_plane"."system_config" TO "postgres";

GRANT SELECT ON TABLE "control_plane"."tenant_data_keys" TO "gantry_definer";

GRANT INSERT ("master_key_id") ON TABLE "control_plane"."tenant_data_keys" TO "gantry_worker";

GRANT INSERT ("tenant_id") ON TABLE "control_plane"."tenant_data_keys" TO "gantry_worker";

GRANT INSERT ("version") ON TABLE "control_plane"."tenant_data_keys" TO "gantry_worker";

GRANT INSERT ("wrapped_key") ON TABLE "control_plane"."tenant_data_keys" TO "gantry_worker";

GRANT SELECT ON TABLE "control_plane"."tenant_data_keys" TO "gantry_worker";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "control_plane"."tenant_data_keys" TO "postgres";

GRANT SELECT ("created_at") ON TABLE "control_plane"."tenant_databases" TO "authenticated";

GRANT SELECT ("database_name") ON TABLE "control_plane"."tenant_databases" TO "authenticated";

GRANT SELECT ("deleted_at") ON TABLE "control_plane"."tenant_databases" TO "authenticated";

GRANT SELECT ("host") ON TABLE "control_plane"."tenant_databases" TO "authenticated";

GRANT SELECT ("id") ON TABLE "control_plane"."tenant_databases" TO "authenticated";

GRANT SELECT ("name") ON TABLE "control_plane"."tenant_databases" TO "authenticated";

GRANT SELECT ("port") ON TABLE "control_plane"."tenant_databases" TO "authenticated";

GRANT SELECT ("status") ON TABLE "control_plane"."tenant_databases" TO "authenticated";

GRANT SELECT ("tenant_id") ON TABLE "control_plane"."tenant_databases" TO "authenticated";

GRANT SELECT ("updated_at") ON TABLE "control_plane"."tenant_databases" TO "authenticated";

GRANT INSERT, SELECT, UPDATE ON TABLE "control_plane"."tenant_databases" TO "gantry_definer";

GRANT UPDATE ("connection_string_encrypted") ON TABLE "control_plane"."tenant_databases" TO "gantry_worker";

GRANT UPDATE ("deleted_at") ON TABLE "control_plane"."tenant_databases" TO "gantry_worker";

GRANT UPDATE ("is_suspended_with_tenant") ON TABLE "control_plane"."tenant_databases" TO "gantry_worker";

GRANT UPDATE ("key_version") ON TABLE "control_plane"."tenant_databases" TO "gantry_worker";

GRANT UPDATE ("status") ON TABLE "control_plane"."tenant_databases" TO "gantry_worker";

GRANT SELECT ON TABLE "control_plane"."tenant_databases" TO "gantry_worker";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "control_plane"."tenant_databases" TO "postgres";

GRANT SELECT ("created_at") ON TABLE "control_plane"."tenants" TO "authenticated";

GRANT SELECT ("deletion_scheduled_at") ON TABLE "control_plane"."tenants" TO "authenticated";

GRANT SELECT ("display_name"), UPDATE ("display_name") ON TABLE "control_plane"."tenants" TO "authenticated";

GRANT SELECT ("environment"), UPDATE ("environment") ON TABLE "control_plane"."tenants" TO "authenticated";

GRANT SELECT ("name") ON TABLE "control_plane"."tenants" TO "authenticated";

GRANT SELECT ("personal_user_id") ON TABLE "control_plane"."tenants" TO "authenticated";

GRANT SELECT ("slug"), UPDATE ("slug") ON TABLE "control_plane"."tenants" TO "authenticated";

GRANT SELECT ("status") ON TABLE "control_plane"."tenants" TO "authenticated";

GRANT SELECT ("suspended_at") ON TABLE "control_plane"."tenants" TO "authenticated";

GRANT SELECT ("suspended_reason") ON TABLE "control_plane"."tenants" TO "authenticated";

GRANT SELECT ("tenant_id") ON TABLE "control_plane"."tenants" TO "authenticated";

GRANT SELECT ("updated_at") ON TABLE "control_plane"."tenants" TO "authenticated";

GRANT INSERT, SELECT, UPDATE ON TABLE "control_plane"."tenants" TO "gantry_definer";

GRANT SELECT ON TABLE "control_plane"."tenants" TO "gantry_worker";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "control_plane"."tenants" TO "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "partitions"."audit_logs_default" TO "postgres";

GRANT SELECT ON TABLE "private"."audit_columns" TO "gantry_definer";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "private"."audit_columns" TO "postgres";

GRANT SELECT ON TABLE "public"."audit_logs" TO "authenticated";

GRANT INSERT ON TABLE "public"."audit_logs" TO "gantry_definer";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."audit_logs" TO "postgres";

GRANT SELECT ("attempts") ON TABLE "public"."background_jobs" TO "authenticated";

GRANT SELECT ("completed_at") ON TABLE "public"."background_jobs" TO "authenticated";

GRANT SELECT ("created_at") ON TABLE "public"."background_jobs" TO "authenticated";

GRANT SELECT ("error_code") ON TABLE "public"."background_jobs" TO "authenticated";

GRANT SELECT ("id") ON TABLE "public"."background_jobs" TO "authenticated";

GRANT SELECT ("job_type") ON TABLE "public"."background_jobs" TO "authenticated";

GRANT SELECT ("max_attempts") ON TABLE "public"."background_jobs" TO "authenticated";

GRANT SELECT ("metadata") ON TABLE "public"."background_jobs" TO "authenticated";

GRANT SELECT ("progress") ON TABLE "public"."background_jobs" TO "authenticated";

GRANT SELECT ("requested_by") ON TABLE "public"."background_jobs" TO "authenticated";

GRANT SELECT ("resource_id") ON TABLE "public"."background_jobs" TO "authenticated";

GRANT SELECT ("resource_type") ON TABLE "public"."background_jobs" TO "authenticated";

GRANT SELECT ("started_at") ON TABLE "public"."background_jobs" TO "authenticated";

GRANT SELECT ("status") ON TABLE "public"."background_jobs" TO "authenticated";

GRANT SELECT ("tenant_id") ON TABLE "public"."background_jobs" TO "authenticated";

GRANT SELECT ("updated_at") ON TABLE "public"."background_jobs" TO "authenticated";

GRANT INSERT, SELECT ON TABLE "public"."background_jobs" TO "gantry_definer";

GRANT UPDATE ("attempts") ON TABLE "public"."background_jobs" TO "gantry_worker";

GRANT UPDATE ("available_at") ON TABLE "public"."background_jobs" TO "gantry_worker";

GRANT UPDATE ("completed_at") ON TABLE "public"."background_jobs" TO "gantry_worker";

GRANT UPDATE ("error_code") ON TABLE "public"."background_jobs" TO "gantry_worker";

GRANT UPDATE ("error_message") ON TABLE "public"."background_jobs" TO "gantry_worker";

GRANT UPDATE ("fence") ON TABLE "public"."background_jobs" TO "gantry_worker";

GRANT UPDATE ("metadata") ON TABLE "public"."background_jobs" TO "gantry_worker";

GRANT UPDATE ("progress") ON TABLE "public"."background_jobs" TO "gantry_worker";

GRANT UPDATE ("started_at") ON TABLE "public"."background_jobs" TO "gantry_worker";

GRANT UPDATE ("status") ON TABLE "public"."background_jobs" TO "gantry_worker";

GRANT UPDATE ("worker") ON TABLE "public"."background_jobs" TO "gantry_worker";

GRANT SELECT ON TABLE "public"."background_jobs" TO "gantry_worker";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."background_jobs" TO "postgres";

GRANT INSERT ("is_default"), UPDATE ("is_default") ON TABLE "public"."environment_types" TO "authenticated";

GRANT INSERT ("name"), UPDATE ("name") ON TABLE "public"."environment_types" TO "authenticated";

GRANT INSERT ("slug"), UPDATE ("slug") ON TABLE "public"."environment_types" TO "authenticated";

GRANT INSERT ("tenant_id"), UPDATE ("tenant_id") ON TABLE "public"."environment_types" TO "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."environment_types" TO "authenticated";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."environment_types" TO "postgres";

GRANT UPDATE ("role") ON TABLE "public"."memberships" TO "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."memberships" TO "authenticated";

GRANT INSERT, SELECT ON TABLE "public"."memberships" TO "gantry_definer";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."memberships" TO "postgres";

GRANT SELECT ON TABLE "public"."permissions" TO "authenticated", "gantry_definer";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."permissions" TO "postgres";

GRANT SELECT ON TABLE "public"."provisioning_operations" TO "authenticated";

GRANT INSERT, SELECT, UPDATE ON TABLE "public"."provisioning_operations" TO "gantry_definer";

GRANT UPDATE ("attempts") ON TABLE "public"."provisioning_operations" TO "gantry_worker";

GRANT UPDATE ("error_code") ON TABLE "public"."provisioning_operations" TO "gantry_worker";

GRANT UPDATE ("error_message") ON TABLE "public"."provisioning_operations" TO "gantry_worker";

GRANT UPDATE ("finished_at") ON TABLE "public"."provisioning_operations" TO "gantry_worker";

GRANT UPDATE ("progress") ON TABLE "public"."provisioning_operations" TO "gantry_worker";

GRANT UPDATE ("started_at") ON TABLE "public"."provisioning_operations" TO "gantry_worker";

GRANT UPDATE ("status") ON TABLE "public"."provisioning_operations" TO "gantry_worker";

GRANT UPDATE ("step") ON TABLE "public"."provisioning_operations" TO "gantry_worker";

GRANT SELECT ON TABLE "public"."provisioning_operations" TO "gantry_worker";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."provisioning_operations" TO "postgres";

GRANT SELECT ON TABLE "public"."role_permissions" TO "authenticated", "gantry_definer";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."role_permissions" TO "postgres";

GRANT SELECT ON TABLE "public"."roles" TO "authenticated", "gantry_definer";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."roles" TO "postgres";

GRANT INSERT ("key"), UPDATE ("key") ON TABLE "public"."settings" TO "authenticated";

GRANT INSERT ("tenant_id"), UPDATE ("tenant_id") ON TABLE "public"."settings" TO "authenticated";

GRANT INSERT ("value"), UPDATE ("value") ON TABLE "public"."settings" TO "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."settings" TO "authenticated";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."settings" TO "postgres";

GRANT SELECT ("active_tenant_id") ON TABLE "public"."users" TO "authenticated";

GRANT SELECT ("created_at") ON TABLE "public"."users" TO "authenticated";

GRANT SELECT ("email") ON TABLE "public"."users" TO "authenticated";

GRANT SELECT ("full_name"), UPDATE ("full_name") ON TABLE "public"."users" TO "authenticated";

GRANT SELECT ("id") ON TABLE "public"."users" TO "authenticated";

GRANT SELECT ("is_active") ON TABLE "public"."users" TO "authenticated";

GRANT SELECT ("updated_at") ON TABLE "public"."users" TO "authenticated";

GRANT INSERT, SELECT, UPDATE ON TABLE "public"."users" TO "gantry_definer";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."users" TO "postgres";

GRANT SELECT ON TABLE "public"."tenant_databases" TO "authenticated";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."tenant_databases" TO "postgres";

GRANT SELECT, UPDATE ON TABLE "public"."tenants" TO "authenticated";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."tenants" TO "postgres";

ALTER TABLE "control_plane"."system_config"
  ADD CONSTRAINT "value_holds_no_secret" CHECK ((NOT private.has_secret_keys(jsonb_build_object(key, value))));

ALTER TABLE "public"."audit_logs"
  ADD CONSTRAINT "metadata_holds_no_secret" CHECK ((NOT private.has_secret_keys(metadata)));

ALTER TABLE "public"."background_jobs"
  ADD CONSTRAINT "metadata_holds_no_secret" CHECK ((NOT private.has_secret_keys(metadata)));

ALTER TABLE "public"."background_jobs"
  ADD CONSTRAINT "payload_holds_no_secret" CHECK ((NOT private.has_secret_keys(payload)));

ALTER TABLE "public"."settings"
  ADD CONSTRAINT "value_holds_no_secret" CHECK ((NOT private.has_secret_keys(jsonb_build_object(key, value))));
