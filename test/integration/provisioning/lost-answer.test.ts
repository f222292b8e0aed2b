import { afterAll, beforeAll, expect, test } from "vitest";
import type { OperationKind } from "../../../functions/_domains/provisioning/list-steps.ts";
import { openPostgres } from "../../../functions/_shared/egress/open-postgres.ts";
import { type OpenPostgres, PostgresFault } from "../../../functions/_shared/egress/postgres-port.ts";
import {
  type ControlPlane,
  startControlPlane,
  type Tenant,
} from "../../fixtures/provisioning/control-plane.ts";
import { work } from "../../fixtures/provisioning/work.ts";

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane.stop());

function drain(open: OpenPostgres = openPostgres) {
  return work({ db: plane.db, masterKeys: plane.masterKeys, openPostgres: open });
}

/** Does the first matching statement and then loses the answer, as a connection cut at the wrong moment does. */
function losingAnswerOf(pattern: RegExp): { open: OpenPostgres; isLost: () => boolean } {
  let isLost = false;
  const open: OpenPostgres = async (url) => {
    const session = await openPostgres(url);
    return {
      async query<Row>(text: string, params?: readonly unknown[]) {
        const rows = await session.query<Row>(text, params);
        if (isLost || !pattern.test(text)) return rows;
        isLost = true;
        throw new PostgresFault("unreachable");
      },
      close: session.close,
    };
  };
  return { open, isLost: () => isLost };
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

async function countOf(databaseId: string): Promise<unknown> {
  const { database_name: database, role_name: role } = await plane.readDatabase(databaseId);
  const [row] = await plane.atTarget(
    `select (select count(*) from pg_database where datname = $1)::int as databases,
       (select count(*) from pg_roles where rolname = $2)::int as roles`,
    [database, role],
  );
  return row;
}

const created: readonly (readonly [string, RegExp])[] = [
  ["the role is made", /^create role/],
  ["the database is made", /^create database/],
  ["the rights are changed", /^alter database/],
  ["the rights are committed", /^commit/],
  ["the schema is handed over", /^alter schema/],
];

test.each(created)(
  "create, the answer is lost when %s: retried, adopted, one of each (case 106)",
  async (_name, pattern) => {
    const tenant = await plane.createTenant();
    const operationId = await request(tenant, "create");
    const { open, isLost } = losingAnswerOf(pattern);
    await drain(open);
    expect(isLost()).toBe(true);
    const waiting = await plane.readOperation(operationId);
    expect(waiting).toMatchObject({ status: "running", error_code: "TARGET_UNREACHABLE" });
    await plane.query(
      "update public.background_jobs set available_at = now(), lease_expires_at = case status when 'running' then now() end where resource_id = $1",
      [operationId],
    );
    await drain();
    expect(await plane.readOperation(operationId)).toMatchObject({ status: "succeeded", attempts: 2 });
    expect(await countOf(waiting.database_id)).toEqual({ databases: 1, roles: 1 });
  },
);

const deleted: readonly (readonly [string, RegExp])[] = [
  ["logins are closed", /^alter role/],
  ["sessions are ended", /pg_terminate_backend/],
  ["the database is dropped", /^drop database/],
  ["the role is dropped", /^drop role/],
];

test.each(deleted)("delete, the answer is lost when %s: retried, nothing is left", async (_name, pattern) => {
  const tenant = await plane.createTenant();
  const createId = await request(tenant, "create");
  await drain();
  const { database_id: databaseId } = await plane.readOperation(createId);
  const operationId = await request(tenant, "delete", databaseId);
  const { open, isLost } = losingAnswerOf(pattern);
  await drain(open);
  expect(isLost()).toBe(true);
  await plane.query(
    "update public.background_jobs set available_at = now(), lease_expires_at = case status when 'running' then now() end where resource_id = $1",
    [operationId],
  );
  await drain();
  expect(await plane.readOperation(operationId)).toMatchObject({ status: "succeeded" });
  expect(await countOf(databaseId)).toEqual({ databases: 0, roles: 0 });
});
