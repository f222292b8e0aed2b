import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPostgres } from "../../../functions/_shared/egress/open-postgres.ts";
import { type OpenPostgres, PostgresFault } from "../../../functions/_shared/egress/postgres-port.ts";
import {
  type ControlPlane,
  startControlPlane,
  type Tenant,
} from "../../fixtures/provisioning/control-plane.ts";
import { queryAt } from "../../fixtures/provisioning/target-cluster.ts";
import { type WorkOptions, work } from "../../fixtures/provisioning/work.ts";

let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane.stop());

function drain(options: Partial<WorkOptions> = {}) {
  return work({ db: plane.db, masterKeys: plane.masterKeys, ...options });
}

/** Retries wait; the tests do not. */
async function makeDue(operationId: string): Promise<void> {
  await plane.query(
    "update public.background_jobs set available_at = now(), lease_expires_at = case status when 'running' then now() end where resource_id = $1",
    [operationId],
  );
}

async function request(...args: Parameters<ControlPlane["request"]>): Promise<string> {
  const requested = await plane.request(...args);
  if (!requested.ok) throw new Error(requested.error.code);
  return requested.value;
}

async function create(tenant: Tenant) {
  const operationId = await request(tenant, "create");
  await drain();
  const operation = await plane.readOperation(operationId);
  return { operation, database: await plane.readDatabase(operation.database_id) };
}

async function countAtTarget(): Promise<{ databases: number; roles: number }> {
  const [row] = await plane.atTarget<{ databases: number; roles: number }>(
    `select (select count(*) from pg_database where datname like 'db\\_%')::int as databases,
       (select count(*) from pg_roles where rolname like 'tenant\\_%')::int as roles`,
  );
  if (row === undefined) throw new Error("no counts");
  return row;
}

async function readPassword(tenant: Tenant, databaseId: string): Promise<string> {
  const { revealConnection } = await import("../../../functions/_domains/provisioning/reveal-connection.ts");
  const { createKeyRing } = await import("../../../functions/_shared/crypto/key-ring.ts");
  const { Secret } = await import("../../../functions/_shared/crypto/secret.ts");
  const keyring = createKeyRing(new Secret(plane.masterKeys));
  const revealed = await revealConnection(
    { db: plane.db, keyring, caller: tenant.owner },
    tenant.id,
    databaseId,
  );
  if (!revealed.ok) throw new Error(revealed.error.code);
  return revealed.value.reveal();
}

test("create, use, suspend, resume, delete: every state is named and nothing is left", async () => {
  const before = await countAtTarget();
  const tenant = await plane.createTenant();
  const { operation, database } = await create(tenant);
  expect(operation).toMatchObject({
    kind: "create",
    status: "succeeded",
    error_code: null,
    attempts: 1,
    progress: { current: 6, total: 6, percentage: 100, message: "Done" },
  });
  expect(database).toMatchObject({ status: "active", deleted_at: null });
  const url = await readPassword(tenant, database.id);
  expect(await queryAt(url, "create table t (n int)", "insert into t values (1)", "select n from t")).toEqual(
    [{ n: 1 }],
  );

  const suspendId = await request(tenant, "suspend", database.id);
  await drain();
  expect(await plane.readOperation(suspendId)).toMatchObject({ status: "succeeded" });
  expect(await plane.readDatabase(database.id)).toMatchObject({ status: "inactive", deleted_at: null });
  await expect(queryAt(url, "select 1")).rejects.toMatchObject({ code: "28000" });

  const resumeId = await request(tenant, "resume", database.id);
  await drain();
  expect(await plane.readOperation(resumeId)).toMatchObject({ status: "succeeded" });
  expect(await plane.readDatabase(database.id)).toMatchObject({ status: "active" });
  expect(await queryAt(url, "select n from t")).toEqual([{ n: 1 }]);

  const deleteId = await request(tenant, "delete", database.id);
  await drain();
  expect(await plane.readOperation(deleteId)).toMatchObject({ status: "succeeded" });
  const deleted = await plane.readDatabase(database.id);
  expect(deleted).toMatchObject({ status: "inactive", connection_string_encrypted: null });
  expect(deleted.deleted_at).not.toBeNull();
  expect(await countAtTarget()).toEqual(before);
});

test("what is stored is sealed: no row, no log line and no job holds the password", async () => {
  const tenant = await plane.createTenant();
  const lines: string[] = [];
  const operationId = await request(tenant, "create");
  await drain({ write: (line) => lines.push(line) });
  const { database_id: databaseId } = await plane.readOperation(operationId);
  const { password } = new URL(await readPassword(tenant, databaseId));
  expect(password).toMatch(/^[\w-]{43}$/);
  const dump = await plane.query(
    `select row_to_json(d)::text as row from control_plane.tenant_databases d
     union all select row_to_json(o)::text from public.provisioning_operations o
     union all select row_to_json(j)::text from public.background_jobs j
     union all select row_to_json(a)::text from public.audit_logs a
     union all select row_to_json(t)::text from control_plane.provisioning_targets t`,
  );
  const said = JSON.stringify(dump) + lines.join("\n");
  expect(said).not.toContain(password);
  const admin = new URL(plane.cluster.adminUrl.reveal());
  expect(said).not.toContain(admin.password);
});

describe("a target that is down", () => {
  const down: OpenPostgres = () => Promise.reject(new PostgresFault("unreachable"));

  test("is retried while the operation runs, and the operation goes on when it is back", async () => {
    const tenant = await plane.createTenant();
    const operationId = await request(tenant, "create");
    await drain({ openPostgres: down });
    expect(await plane.readOperation(operationId)).toMatchObject({
      status: "running",
      error_code: "TARGET_UNREACHABLE",
      attempts: 1,
    });
    const [job] = await plane.query<{ status: string; waits: boolean }>(
      "select status, available_at > now() + interval '1 second' as waits from public.background_jobs where resource_id = $1",
      [operationId],
    );
    expect(job).toEqual({ status: "pending", waits: true });
    await makeDue(operationId);
    await drain();
    expect(await plane.readOperation(operationId)).toMatchObject({
      status: "succeeded",
      error_code: null,
      attempts: 2,
    });
  });

  test("fails the operation with its code when attempts run out; asking again takes up the same row", async () => {
    const tenant = await plane.createTenant();
    const before = await countAtTarget();
    const operationId = await request(tenant, "create");
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      await makeDue(operationId);
      await drain({ openPostgres: down });
    }
    const failed = await plane.readOperation(operationId);
    expect(failed).toMatchObject({ status: "failed", error_code: "TARGET_UNREACHABLE", attempts: 10 });
    expect(failed.error_message).toBe("The target does not answer.");
    const row = await plane.readDatabase(failed.database_id);
    expect(row.status).toBe("error");

    const again = await request(tenant, "create");
    await drain();
    const resumed = await plane.readOperation(again);
    expect(resumed).toMatchObject({ status: "succeeded", database_id: failed.database_id });
    expect(await plane.readDatabase(failed.database_id)).toMatchObject({
      status: "active",
      connection_string_encrypted: row.connection_string_encrypted,
    });
    const after = await countAtTarget();
    expect(after).toEqual({ databases: before.databases + 1, roles: before.roles + 1 });
  });

  test("halfway through a create: what exists is adopted when it is back, or removed by a delete", async () => {
    /** Up for the first three connections' statements, gone at the one that would clone the template. */
    const dying: OpenPostgres = async (url) => {
      const session = await openPostgres(url);
      return {
        query: (text, params) =>
          text.startsWith("create database")
            ? Promise.reject(new PostgresFault("unreachable"))
            : session.query(text, params),
        close: session.close,
      };
    };
    const before = await countAtTarget();
    const tenant = await plane.createTenant();
    const operationId = await request(tenant, "create");
    await drain({ openPostgres: dying });
    expect(await plane.readOperation(operationId)).toMatchObject({
      status: "running",
      step: "create_database",
    });
    await plane.query(
      "update public.background_jobs set attempts = 9, available_at = now() where resource_id = $1",
      [operationId],
    );
    await drain({ openPostgres: dying });
    const failed = await plane.readOperation(operationId);
    expect(failed).toMatchObject({ status: "failed", error_code: "TARGET_UNREACHABLE" });
    expect(await countAtTarget()).toEqual({ databases: before.databases, roles: before.roles + 1 });
    const deleteId = await request(tenant, "delete", failed.database_id);
    await drain();
    expect(await plane.readOperation(deleteId)).toMatchObject({ status: "succeeded" });
    expect(await countAtTarget()).toEqual(before);
  });
});

test("a failure that will not pass ends at once, with words that show nothing of the target", async () => {
  const refusing: OpenPostgres = () => Promise.reject(new PostgresFault("refused", "28P01"));
  const tenant = await plane.createTenant();
  const operationId = await request(tenant, "create");
  await drain({ openPostgres: refusing });
  expect(await plane.readOperation(operationId)).toMatchObject({
    status: "failed",
    error_code: "TARGET_REFUSED",
    error_message: "The target refuses Gantry's login or its rights. (SQLSTATE 28P01)",
    attempts: 1,
  });
});

test("a destroyed data key: the operation fails as SECRET_UNREADABLE, and delete still works", async () => {
  const tenant = await plane.createTenant();
  const { database } = await create(tenant);
  const suspendId = await request(tenant, "suspend", database.id);
  await drain();
  expect(await plane.readOperation(suspendId)).toMatchObject({ status: "succeeded" });
  await plane.query(
    "update control_plane.tenant_data_keys set destroyed_at = now(), wrapped_key = null where tenant_id = $1",
    [tenant.id],
  );
  const resumeId = await request(tenant, "resume", database.id);
  await drain();
  expect(await plane.readOperation(resumeId)).toMatchObject({
    status: "failed",
    error_code: "SECRET_UNREADABLE",
  });
  const deleteId = await request(tenant, "delete", database.id);
  await drain();
  expect(await plane.readOperation(deleteId)).toMatchObject({ status: "succeeded" });
});

describe("one operation of a tenant at a time", () => {
  test("two at once: one runs, the other is told which", async () => {
    const tenant = await plane.createTenant();
    const results = await Promise.all([
      plane.request(tenant, "create", null, "main"),
      plane.request(tenant, "create", null, "other"),
    ]);
    const winner = results.find((result) => result.ok);
    const loser = results.find((result) => !result.ok);
    if (!winner?.ok || loser === undefined || loser.ok) throw new Error("expected one of each");
    expect(loser.error).toMatchObject({
      code: "OPERATION_IN_PROGRESS",
      holder: { operationId: winner.value, kind: "create" },
    });
    // Another tenant is not held up.
    expect((await plane.request(await plane.createTenant(), "create")).ok).toBe(true);
  });

  test("three databases one after the other never share a name at the target", async () => {
    const tenant = await plane.createTenant();
    const names = new Set<string>();
    for (let i = 0; i < 3; i += 1) {
      const operationId = await request(tenant, "create", null, `db-${i}`);
      await drain();
      const { database_id: id } = await plane.readOperation(operationId);
      names.add((await plane.readDatabase(id)).database_name);
    }
    expect(names.size).toBe(3);
  });
});

describe("a worker that lost its lease", () => {
  test("writes no end state and does nothing more at the target", async () => {
    const tenant = await plane.createTenant();
    const operationId = await request(tenant, "create");
    const before = await countAtTarget();
    const report = await drain({
      onBoundary: async (boundary) => {
        if (boundary !== "before create_database") return;
        // What a second worker's claim does.
        await plane.query(
          "update public.background_jobs set fence = fence + 1, worker = 'other', lease_expires_at = now() + interval '1 minute' where resource_id = $1",
          [operationId],
        );
      },
    });
    expect(report.completed).toBe(0);
    expect(await plane.readOperation(operationId)).toMatchObject({ status: "running" });
    const { databases } = await countAtTarget();
    // The step it was in ended; the next one did not begin.
    expect(databases).toBe(before.databases + 1);
    expect(await plane.readOperation(operationId)).toMatchObject({ step: "create_database" });
    await makeDue(operationId);
    await drain();
    expect(await plane.readOperation(operationId)).toMatchObject({ status: "succeeded" });
  });

  test("at the very end: the operation stays with the other worker", async () => {
    const tenant = await plane.createTenant();
    const operationId = await request(tenant, "create");
    await drain({
      onBoundary: async (boundary) => {
        if (boundary !== "before finish") return;
        await plane.query("update public.background_jobs set fence = fence + 1 where resource_id = $1", [
          operationId,
        ]);
      },
    });
    expect(await plane.readOperation(operationId)).toMatchObject({ status: "running" });
  });

  test("a cancelled job: its operation ends as cancelled, and the worker stops", async () => {
    const tenant = await plane.createTenant();
    const operationId = await request(tenant, "create");
    await drain({
      onBoundary: async (boundary) => {
        if (boundary !== "before create_role") return;
        await plane.query(
          "update public.background_jobs set status = 'cancelled', worker = null, lease_expires_at = null, completed_at = now() where resource_id = $1",
          [operationId],
        );
      },
    });
    expect(await plane.readOperation(operationId)).toMatchObject({
      status: "cancelled",
      step: "create_role",
    });
  });
});

test("the tenant's connections are ended by suspend even while they work", async () => {
  const tenant = await plane.createTenant();
  const { database } = await create(tenant);
  const client = new pg.Client({ connectionString: await readPassword(tenant, database.id) });
  client.on("error", () => undefined);
  await client.connect();
  const sleeping = client.query("select pg_sleep(60)");
  const ended = expect(sleeping).rejects.toMatchObject({ code: "57P01" });
  await request(tenant, "suspend", database.id);
  await drain();
  await ended;
});

test("ten tenants ask at once, two workers with four places each: ten databases, ten roles", async () => {
  const before = await countAtTarget();
  const tenants = await Promise.all(Array.from({ length: 10 }, () => plane.createTenant()));
  const operationIds = await Promise.all(tenants.map((tenant) => request(tenant, "create")));
  const reports = await Promise.all([drain({ batch: 4 }), drain({ batch: 4 })]);
  expect(reports.reduce((sum, report) => sum + report.completed, 0)).toBe(10);
  for (const id of operationIds) {
    expect(await plane.readOperation(id)).toMatchObject({ status: "succeeded", attempts: 1 });
  }
  expect(await countAtTarget()).toEqual({ databases: before.databases + 10, roles: before.roles + 10 });
});

test.each(["before create_database", "after verify_login", "before finish"])(
  "Gantry's own database cuts the worker's connections %s: the operation still ends, with one database",
  async (where) => {
    const before = await countAtTarget();
    const tenant = await plane.createTenant();
    const operationId = await request(tenant, "create");
    await drain({
      onBoundary: async (boundary) => {
        if (boundary !== where) return;
        await plane.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'gantry_edge' and pid <> pg_backend_pid()",
        );
      },
    });
    await makeDue(operationId);
    await drain();
    expect(await plane.readOperation(operationId)).toMatchObject({ status: "succeeded" });
    expect(await countAtTarget()).toEqual({ databases: before.databases + 1, roles: before.roles + 1 });
  },
);
