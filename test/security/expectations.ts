import type { Permission } from "./expected-permissions.ts";

/**
 * What everybody may do with every object, said once, by hand, and compared with the database by the tests of this
 * folder. An object of the catalog that is missing here fails them. Nothing below is read from the database.
 */

/**
 * Which rows a signed-in person reaches:
 * - nobody: the database refuses the statement (42501), whatever rows there are
 * - active tenant: rows of the tenant the request acts in, with the permission there
 * - active tenant or default: those and the rows without a tenant
 * - own tenants: rows of all tenants in which the person holds the permission
 * - active tenant or own: rows of the active tenant with the permission, and rows about the person
 * - self: rows about the person
 * - signed in: all rows, for whoever is somebody
 */
export type Reach =
  | { readonly kind: "nobody" | "self" | "signed in" }
  | {
      readonly kind: "active tenant" | "active tenant or default" | "own tenants" | "active tenant or own";
      readonly permission: Permission;
    };

export interface ObjectExpectation {
  /** SQL expressions over the row: its name in the tests, its tenant, the person it is about. */
  readonly key: string;
  readonly tenant: string;
  readonly person?: string;
  readonly select: Reach;
  readonly insert?: Reach;
  readonly update?: Reach;
  readonly delete?: Reach;
  /** Columns that clients cannot select although they see the row. */
  readonly hiddenColumns?: readonly string[];
  readonly insertableColumns?: readonly string[];
  readonly updatableColumns?: readonly string[];
  /** A view whose own update right is whole; the column rights of the table below it narrow it down. */
  readonly isUpdateNarrowedBelow?: boolean;
  readonly worker?: {
    readonly insertableColumns?: readonly string[];
    readonly updatableColumns?: readonly string[];
  };
}

const nobody: Reach = { kind: "nobody" };
const signedIn: Reach = { kind: "signed in" };

function activeTenant(permission: Permission): Reach {
  return { kind: "active tenant", permission };
}

const serviceOnly = { tenant: "null::uuid", select: nobody } as const;
const auditPartition: ObjectExpectation = { ...serviceOnly, key: "id" };

const settingColumns = ["tenant_id", "key", "value"] as const;
const environmentTypeColumns = ["tenant_id", "name", "slug", "is_default"] as const;

export const objects: Readonly<Record<string, ObjectExpectation>> = {
  "control_plane.tenants": {
    key: "tenant_id",
    tenant: "tenant_id",
    select: { kind: "own tenants", permission: "tenants.read" },
    update: activeTenant("tenants.update"),
    hiddenColumns: ["created_by", "suspended_by_platform"],
    updatableColumns: ["slug", "display_name", "environment"],
    worker: {},
  },
  "public.tenants": {
    key: "tenant_id",
    tenant: "tenant_id",
    select: { kind: "own tenants", permission: "tenants.read" },
    update: activeTenant("tenants.update"),
    updatableColumns: ["slug", "display_name", "environment"],
    isUpdateNarrowedBelow: true,
  },
  "control_plane.tenant_databases": {
    key: "id",
    tenant: "tenant_id",
    select: activeTenant("databases.read"),
    hiddenColumns: [
      "target_id",
      "connection_string_encrypted",
      "key_version",
      "role_name",
      "is_suspended_with_tenant",
    ],
    worker: {
      updatableColumns: [
        "connection_string_encrypted",
        "key_version",
        "status",
        "is_suspended_with_tenant",
        "deleted_at",
      ],
    },
  },
  "public.tenant_databases": { key: "id", tenant: "tenant_id", select: activeTenant("databases.read") },
  "control_plane.system_config": { ...serviceOnly, key: "key" },
  "control_plane.provisioning_targets": { ...serviceOnly, key: "id", worker: {} },
  "control_plane.idempotency_keys": { ...serviceOnly, key: "id" },
  "control_plane.tenant_data_keys": {
    key: "tenant_id || ' ' || version",
    tenant: "tenant_id",
    select: nobody,
    worker: { insertableColumns: ["tenant_id", "version", "wrapped_key", "master_key_id"] },
  },
  "public.users": {
    key: "id",
    tenant: "null::uuid",
    person: "id",
    select: { kind: "active tenant or own", permission: "members.read" },
    update: { kind: "self" },
    hiddenColumns: ["deleted_at"],
    updatableColumns: ["full_name"],
  },
  "public.memberships": {
    key: "id",
    tenant: "tenant_id",
    person: "user_id",
    select: { kind: "active tenant or own", permission: "members.read" },
    update: activeTenant("members.manage"),
    delete: { kind: "active tenant or own", permission: "members.manage" },
    updatableColumns: ["role"],
  },
  "public.roles": { key: "name", tenant: "null::uuid", select: signedIn },
  "public.permissions": { key: "name", tenant: "null::uuid", select: signedIn },
  "public.role_permissions": {
    key: "role || ' ' || permission",
    tenant: "null::uuid",
    select: signedIn,
  },
  "public.settings": {
    key: "id",
    tenant: "tenant_id",
    select: { kind: "active tenant or default", permission: "settings.read" },
    insert: activeTenant("settings.manage"),
    update: activeTenant("settings.manage"),
    delete: activeTenant("settings.manage"),
    insertableColumns: settingColumns,
    updatableColumns: settingColumns,
  },
  "public.environment_types": {
    key: "id",
    tenant: "tenant_id",
    select: { kind: "active tenant or default", permission: "settings.read" },
    insert: activeTenant("settings.manage"),
    update: activeTenant("settings.manage"),
    delete: activeTenant("settings.manage"),
    insertableColumns: environmentTypeColumns,
    updatableColumns: environmentTypeColumns,
  },
  "public.provisioning_operations": {
    key: "id",
    tenant: "tenant_id",
    select: activeTenant("databases.read"),
    worker: {
      updatableColumns: [
        "status",
        "step",
        "progress",
        "error_code",
        "error_message",
        "attempts",
        "started_at",
        "finished_at",
      ],
    },
  },
  "public.background_jobs": {
    key: "id",
    tenant: "tenant_id",
    select: activeTenant("jobs.read"),
    hiddenColumns: [
      "lane",
      "payload",
      "checkpoint",
      "dedupe_key",
      "schedule_name",
      "slot",
      "available_at",
      "lease_expires_at",
      "fence",
      "worker",
      "error_message",
      "request_id",
    ],
    worker: {
      updatableColumns: [
        "status",
        "progress",
        "checkpoint",
        "metadata",
        "dedupe_key",
        "available_at",
        "lease_expires_at",
        "attempts",
        "fence",
        "worker",
        "error_code",
        "error_message",
        "started_at",
        "completed_at",
      ],
    },
  },
  "control_plane.job_schedules": { ...serviceOnly, key: "id", worker: {} },
  "control_plane.heartbeats": { ...serviceOnly, key: "name", worker: {} },
  "public.audit_logs": { key: "id", tenant: "tenant_id", select: activeTenant("audit.read") },
  "private.audit_columns": { ...serviceOnly, key: "table_name || '.' || column_name" },
  "partitions.audit_logs_default": auditPartition,
};

/** Partitions are made as time goes on; this is what each of them must be like. */
export function findExpectation(object: string): ObjectExpectation | undefined {
  if (/^partitions\.audit_logs_\d{4}_\d{2}$/.test(object)) return auditPartition;
  return objects[object];
}

/** Who may execute which function; whoever is not named is refused. Triggers run without anybody's right. */
export type Executor = "anon" | "authenticated" | "service_role" | "gantry_worker";

const people: readonly Executor[] = ["authenticated"];
const worker: readonly Executor[] = ["gantry_worker"];
const noOne: readonly Executor[] = [];

export const functions: Readonly<Record<string, readonly Executor[]>> = {
  "private.caller_id()": people,
  "private.claimed_user_id()": people,
  "private.tenant_with(text)": people,
  "private.tenants_with(text)": people,
  "private.visible_user_ids()": people,
  "private.require_permission(uuid,text)": people,
  "private.create_tenant(text,text,text,uuid)": people,
  "private.begin_idempotent_request(uuid,text,text,text,bytea,text,integer)": people,
  "private.end_idempotent_request(uuid,bigint,text,boolean)": people,
  "private.set_tenant_suspended(uuid,boolean,text)": people,
  "private.choose_default_tenant(uuid)": people,
  "private.delete_account()": people,
  "private.request_database_operation(text,uuid,uuid,text,text,uuid)": people,
  "private.read_connection(uuid)": people,
  "private.has_secret_keys(jsonb)": ["authenticated", "gantry_worker"],
  "private.raise_problem(integer,text,text)": ["anon", "authenticated", "service_role", "gantry_worker"],
  "private.pre_request()": ["anon", "authenticated", "service_role"],
  "private.client_address(text)": ["anon", "authenticated", "service_role"],
  "private.repair_signups()": worker,
  "private.purge_due_tenants()": worker,
  "private.remove_idempotency_keys(integer)": worker,
  "private.follow_tenant(uuid)": worker,
  "private.enqueue_job(text,uuid,jsonb,text,uuid,timestamp with time zone,text,integer,integer,boolean)":
    worker,
  "private.enqueue_jobs(text,jsonb,timestamp with time zone,integer,integer)": worker,
  "private.claim_jobs(text,integer,integer,text[],uuid,integer)": worker,
  "private.due_lanes(uuid,integer,text[])": worker,
  "private.take_jobs(uuid,integer,text,integer,text[],integer)": worker,
  "private.exchange_jobs(uuid[],bigint[],text,integer,integer,text[],uuid,integer)": worker,
  "private.renew_jobs(uuid[],bigint[],integer)": worker,
  "private.report_job_progress(uuid,bigint,integer,integer,text)": worker,
  "private.advance_progress(jsonb,integer,integer,text)": worker,
  "private.checkpoint_job(uuid,bigint,jsonb)": worker,
  "private.complete_job(uuid,bigint)": worker,
  "private.fail_job(uuid,bigint,text,text,boolean)": worker,
  "private.defer_job(uuid,bigint,timestamp with time zone)": worker,
  "private.reopen_job(uuid)": worker,
  "private.redrive_jobs(text,uuid,text,integer)": worker,
  "private.remove_ended_jobs(integer)": worker,
  "private.end_unknown_jobs(text[])": worker,
  "private.register_schedule(text,uuid,text,text,text,jsonb,text,boolean,timestamp with time zone,timestamp with time zone)":
    worker,
  "private.due_schedules(integer)": worker,
  "private.fire_schedules(jsonb)": worker,
  "private.missed_schedules()": worker,
  "private.record_heartbeat(text)": worker,
  "private.cancel_job(uuid,uuid)": people,
  "private.redrive_job(uuid,uuid)": people,
  "private.record_audit(uuid,text,text,text,jsonb)": worker,
  "private.ensure_audit_partitions(integer)": worker,
  "private.acting_user_id()": noOne,
  "private.register_user(uuid,text,text)": noOne,
  "private.write_audit(uuid,text,text,text,text,jsonb,jsonb,jsonb)": noOne,
  "private.open_operation(text,uuid,uuid,uuid)": noOne,
  "private.place_database(uuid,text,text)": noOne,
  "private.audit_change()": noOne,
  "private.fail_operation_of_job()": noOne,
  "private.follow_membership_removal()": noOne,
  "private.follow_standing()": noOne,
  "private.guard_job_content()": noOne,
  "private.guard_live_database()": noOne,
  "private.guard_membership()": noOne,
  "private.on_auth_user_created()": noOne,
  "private.on_auth_user_deleted()": noOne,
  "private.on_auth_user_updated()": noOne,
  "private.set_updated_at()": noOne,
};
