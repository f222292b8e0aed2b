import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listSteps, type OperationKind } from "../../../functions/_domains/provisioning/list-steps.ts";
import {
  type ControlPlane,
  startControlPlane,
  type Tenant,
} from "../../fixtures/provisioning/control-plane.ts";
import { endWorkers, spawnWorker } from "../../fixtures/provisioning/spawn-worker.ts";
import { queryAt } from "../../fixtures/provisioning/target-cluster.ts";
import { work } from "../../fixtures/provisioning/work.ts";

/** How often each kill is repeated; the nightly run sets more. */
const rounds = Number(process.env.GANTRY_KILL_ROUNDS ?? 1);

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(async () => {
  endWorkers();
  await plane.stop();
});

function drain() {
  return work({ db: plane.db, masterKeys: plane.masterKeys });
}

async function request(
  tenant: Tenant,
  kind: OperationKind,
  databaseId: string | null = null,
): Promise<string> {
  const requested = await plane.request(tenant, kind, databaseId);
  if (!requested.ok) throw new Error(requested.error.code);
  return requested.value;
}

/** As if the dead worker's lease had run out. */
async function expireLease(operationId: string): Promise<void> {
  await plane.query(
    "update public.background_jobs set available_at = now(), lease_expires_at = case status when 'running' then now() end where resource_id = $1",
    [operationId],
  );
}

/** Brings a new tenant to where an operation of the kind can be asked for, and asks. */
async function prepare(kind: OperationKind): Promise<string> {
  const tenant = await plane.createTenant();
  if (kind === "create") return request(tenant, "create");
  const createId = await request(tenant, "create");
  await drain();
  const { database_id: databaseId } = await plane.readOperation(createId);
  if (kind === "resume") {
    await request(tenant, "suspend", databaseId);
    await drain();
  }
  return request(tenant, kind, databaseId);
}

/** Databases and roles at the target are exactly those of the rows: nothing unknown, nothing missing, no half. */
async function expectNoStrangers(): Promise<void> {
  const [here] = await plane.query(
    `select coalesce(array_agg(database_name order by database_name), '{}') as databases,
       coalesce(array_agg(role_name::text order by role_name), '{}') as roles
     from control_plane.tenant_databases where deleted_at is null`,
  );
  const [there] = await plane.atTarget(
    `select
       coalesce((select array_agg(datname::text order by datname) from pg_database where datname like 'db\\_%'), '{}') as databases,
       coalesce((select array_agg(rolname::text order by rolname) from pg_roles where rolname like 'tenant\\_%'), '{}') as roles`,
  );
  expect(there).toEqual(here);
}

async function expectSucceeded(kind: OperationKind, operationId: string): Promise<void> {
  const operation = await plane.readOperation(operationId);
  expect(operation).toMatchObject({ kind, status: "succeeded", error_code: null });
  expect(operation.progress).toMatchObject({ percentage: 100 });
  const [job] = await plane.query("select status from public.background_jobs where resource_id = $1", [
    operationId,
  ]);
  expect(job).toEqual({ status: "completed" });
  const row = await plane.readDatabase(operation.database_id);
  expect(row.status).toBe(kind === "create" || kind === "resume" ? "active" : "inactive");
  expect(row.deleted_at === null).toBe(kind !== "delete");
  const [role] = await plane.atTarget<{ canLogin: boolean }>(
    `select rolcanlogin as "canLogin" from pg_roles where rolname = $1`,
    [row.role_name],
  );
  expect(role?.canLogin).toBe({ create: true, resume: true, suspend: false, delete: undefined }[kind]);
}

function listBoundaries(kind: OperationKind): string[] {
  const effects = [
    "start",
    "open_secrets",
    ...listSteps(kind).filter((step) => step !== "seal_credentials"),
    "finish",
  ];
  return effects.flatMap((effect) => [`before ${effect}`, `after ${effect}`]);
}

describe.each(["create", "suspend", "resume", "delete"] as const)("kill -9 during %s", (kind) => {
  test("a worker that lives passes every boundary of the list", async () => {
    const operationId = await prepare(kind);
    const { code, boundaries } = await spawnWorker(plane).ended;
    expect(code).toBe(0);
    expect(boundaries).toEqual(listBoundaries(kind));
    await expectSucceeded(kind, operationId);
  });

  test.each(listBoundaries(kind))(
    "%s: the next worker ends it, with one database and one role",
    async (boundary) => {
      for (let round = 0; round < rounds; round += 1) {
        const operationId = await prepare(kind);
        const { signal, boundaries } = await spawnWorker(plane, { killAt: boundary }).ended;
        expect(signal).toBe("SIGKILL");
        expect(boundaries.at(-1)).toBe(boundary);
        await expireLease(operationId);
        await drain();
        await expectSucceeded(kind, operationId);
      }
      await expectNoStrangers();
    },
  );
});

test.each(["create", "delete"] as const)(
  "%s: workers that die at each boundary in turn; the last one ends it",
  async (kind) => {
    const operationId = await prepare(kind);
    await plane.query("update public.background_jobs set max_attempts = 100 where resource_id = $1", [
      operationId,
    ]);
    const seen = new Set<string>();
    for (const boundary of listBoundaries(kind)) {
      await expireLease(operationId);
      const { boundaries } = await spawnWorker(plane, { killAt: boundary }).ended;
      for (const passed of boundaries) seen.add(passed);
    }
    await expireLease(operationId);
    await drain();
    expect([...seen].toSorted()).toEqual(listBoundaries(kind).toSorted());
    await expectSucceeded(kind, operationId);
    await expectNoStrangers();
  },
);

test("killed at any moment, inside a statement too: the next worker ends it", async () => {
  for (let round = 0; round < 6 * rounds; round += 1) {
    const kind = round % 2 === 0 ? "create" : "delete";
    const operationId = await prepare(kind);
    const worker = spawnWorker(plane);
    worker.process.stdout?.once("data", () => {
      setTimeout(() => worker.process.kill("SIGKILL"), Math.random() * 80);
    });
    await worker.ended;
    await expireLease(operationId);
    await drain();
    await expectSucceeded(kind, operationId);
  }
  await expectNoStrangers();
});

test("the password that was sealed before the kill is the one that logs in after it", async () => {
  const operationId = await prepare("create");
  await spawnWorker(plane, { killAt: "after create_role" }).ended;
  const { database_id: id } = await plane.readOperation(operationId);
  const before = await plane.readDatabase(id);
  expect(before.connection_string_encrypted).not.toBeNull();
  await expireLease(operationId);
  await drain();
  // verify_login has logged in with what is stored.
  expect(await plane.readDatabase(id)).toMatchObject({
    status: "active",
    connection_string_encrypted: before.connection_string_encrypted,
  });
});

test("without anybody's help: the lease runs out by itself and another worker takes over", async () => {
  const operationId = await prepare("create");
  await spawnWorker(plane, { killAt: "after create_database", leaseSeconds: 1 }).ended;
  expect(await plane.readOperation(operationId)).toMatchObject({ status: "running" });
  await expect
    .poll(
      async () => {
        await drain();
        return (await plane.readOperation(operationId)).status;
      },
      { timeout: 10_000, interval: 200 },
    )
    .toBe("succeeded");
  await expectNoStrangers();
});

test("an operation that kills every worker ends as WORKER_LOST, and asking again adopts what is there", async () => {
  const tenant = await plane.createTenant();
  const operationId = await request(tenant, "create");
  await plane.query("update public.background_jobs set max_attempts = 2 where resource_id = $1", [
    operationId,
  ]);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await spawnWorker(plane, { killAt: "after create_database" }).ended;
    await expireLease(operationId);
  }
  await drain();
  const lost = await plane.readOperation(operationId);
  expect(lost).toMatchObject({ status: "failed", error_code: "WORKER_LOST", step: "create_database" });
  expect(await plane.readDatabase(lost.database_id)).toMatchObject({ status: "error" });
  const again = await request(tenant, "create");
  await drain();
  expect(await plane.readOperation(again)).toMatchObject({ database_id: lost.database_id });
  await expectSucceeded("create", again);
  await expectNoStrangers();
});

test("a worker frozen in a step cannot act after another one has taken over", async () => {
  const tenant = await plane.createTenant();
  const operationId = await request(tenant, "create");
  const frozen = spawnWorker(plane, { leaseSeconds: 2 });
  await new Promise<void>((resolve) => {
    frozen.process.stdout?.on("data", (text: string) => {
      if (!String(text).includes("before create_database")) return;
      frozen.process.kill("SIGSTOP");
      resolve();
    });
  });
  // The server's idle limit ends the frozen session in time; here a minute would be too long to wait.
  await plane.atTarget(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gantry' and usename = 'postgres'",
  );
  await expireLease(operationId);
  await drain();
  const { database_id: databaseId } = await plane.readOperation(operationId);
  await expectSucceeded("create", operationId);
  const deleteId = await request(tenant, "delete", databaseId);
  await drain();
  await expectSucceeded("delete", deleteId);
  frozen.process.kill("SIGCONT");
  await frozen.ended;
  await expectSucceeded("delete", deleteId);
  await expectNoStrangers();
});

test("what tenants had before the crashes still works", async () => {
  const [row] = await plane.query<{ count: number }>(
    "select count(*)::int as count from control_plane.tenant_databases where status = 'active'",
  );
  expect(row?.count).toBeGreaterThan(10);
  const url = plane.cluster.server.urlFor("supabase_admin", "postgres");
  expect(
    await queryAt(
      url,
      `select datname from pg_database
       where datname like 'db\\_%' and (not datallowconn or datacl::text like '%,=%' or datacl::text like '{=%')`,
    ),
  ).toEqual([]);
});
