import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TargetStep } from "../../../functions/_domains/provisioning/list-steps.ts";
import { listSteps } from "../../../functions/_domains/provisioning/list-steps.ts";
import { type ControlPlane, startControlPlane } from "../../fixtures/provisioning/control-plane.ts";
import { createReadyDatabase, drainOnce } from "../../fixtures/provisioning/live-database.ts";
import {
  createSteps,
  deleteSteps,
  inventDatabase,
  queryAt,
  runSteps,
} from "../../fixtures/provisioning/target-cluster.ts";

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane.stop());

const suspendSteps: readonly TargetStep[] = ["close_logins", "terminate_connections"];

interface Remains {
  readonly steps: readonly TargetStep[];
  readonly spoil?: (names: { database: string; role: string }) => string;
}

const remains: readonly (readonly [string, Remains])[] = [
  ["nothing", { steps: [] }],
  ["the role alone", { steps: ["create_role"] }],
  ["the role and a database that is still closed", { steps: ["create_role", "create_database"] }],
  ["a database without its schema", { steps: createSteps.slice(0, 3) }],
  ["a database whose role is gone", { steps: ["create_database"] }],
  [
    "what a killed drop leaves",
    {
      steps: createSteps,
      spoil: ({ database }) => `update pg_database set datconnlimit = -2 where datname = '${database}'`,
    },
  ],
];

test.each(remains)("%s: suspended, suspended again, and deleted", async (_what, { steps, spoil }) => {
  const target = inventDatabase(plane.cluster.server);
  await runSteps(plane.cluster, target, steps);
  if (spoil !== undefined) await plane.atTarget(spoil(target));
  await runSteps(plane.cluster, target, suspendSteps);
  await runSteps(plane.cluster, target, suspendSteps);
  const open = await plane.atTarget("select from pg_roles where rolname = $1 and rolcanlogin", [target.role]);
  expect(open).toEqual([]);
  await runSteps(plane.cluster, target, deleteSteps);
});

test("a resume finishes what a creation left undone, if database and role are there", async () => {
  const target = inventDatabase(plane.cluster.server);
  const resumeSteps = listSteps("resume") as readonly TargetStep[];
  await expect(runSteps(plane.cluster, target, resumeSteps)).rejects.toMatchObject({
    code: "TARGET_OBJECT_MISSING",
  });
  await runSteps(plane.cluster, target, ["create_role", "create_database", ...suspendSteps, ...resumeSteps]);
  await queryAt(target.connectionString.reveal(), "create table public.t ()");
});

test("a database in error whose role and database are gone at the target: suspending it succeeds", async () => {
  const tenant = await plane.createTenant();
  const database = await createReadyDatabase(plane, tenant);
  await plane.atTarget(`drop database ${database.name}`);
  await plane.atTarget(`drop role ${database.role}`);
  await plane.query("update control_plane.tenant_databases set status = 'error' where id = $1", [
    database.id,
  ]);
  await plane.query(
    "update control_plane.tenants set status = 'suspended', suspended_at = now() where tenant_id = $1",
    [tenant.id],
  );
  await plane.query("select private.follow_tenant($1)", [tenant.id]);
  await drainOnce(plane);
  expect(await plane.readDatabase(database.id)).toMatchObject({ status: "inactive" });
});

test("a role of the name that somebody else has made stays as it is, and the database of ours is left closed", async () => {
  const target = inventDatabase(plane.cluster.server);
  await plane.atTarget(`create role ${target.role} login`);
  await expect(runSteps(plane.cluster, target, suspendSteps)).rejects.toMatchObject({
    code: "TARGET_NAME_CONFLICT",
  });
});

test("a creation asked for again gets past what the tenant has locked in its database", {
  timeout: 60_000,
}, async () => {
  const target = inventDatabase(plane.cluster.server);
  await runSteps(plane.cluster, target, createSteps);
  const session = new pg.Client({ connectionString: target.connectionString.reveal() });
  session.on("error", () => undefined);
  await session.connect();
  try {
    await queryAt(target.connectionString.reveal(), "drop schema public");
    await session.query("begin");
    await session.query("create schema public");
    await session.query("alter role current_user set work_mem = '1MB'");
    await session.query("alter role current_user password 'never-committed'");
    await runSteps(plane.cluster, target, createSteps);
  } finally {
    await session.end();
  }
});
