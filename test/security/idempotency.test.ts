import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Attempt, asCaller, connect, tryOut } from "../fixtures/security/sql-session.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type CallerName, createWorld, type World } from "../helpers/world.ts";

let database: TestDatabase;
let world: World;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  world = await createWorld(database.adminUrl);
  client = await connect(database.adminUrl);
}, 120_000);
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

const begin = (body: string) =>
  `select b.id from private.begin_idempotent_request(
     $1, 'databases.manage', 'POST /x', 'k', sha256('${body}'), 'm', 30) b`;

/** Calls as these callers, one after the other in one transaction, and takes everything back. */
async function callAll(
  steps: readonly (readonly [name: CallerName, text: string, parameters?: readonly unknown[]])[],
): Promise<Attempt[]> {
  const results: Attempt[] = [];
  const headers = { "x-tenant-id": world.tenants.acme };
  const run = async (rest: typeof steps): Promise<void> => {
    const [step, ...later] = rest;
    if (step === undefined) return;
    const caller = world.callers[step[0]];
    await asCaller(client, caller, { headers }, async () => {
      results.push(await tryOut(client, caller, step[1], step[2] ?? []));
    });
    await run(later);
  };
  await run(steps);
  return results;
}

async function insertRow(owner: CallerName): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `insert into control_plane.idempotency_keys
       (principal_type, principal_id, tenant_id, route, key, request_mac, master_key_id, lease_expires_at)
     values ('user', $1, $2, 'POST /x', 'k', sha256('one'), 'm', now() + interval '1 minute') returning id`,
    [world.callers[owner].person?.id, world.tenants.acme],
  );
  return rows[0]?.id ?? "";
}

test("nobody answers, releases or takes up the request of somebody else", async () => {
  const id = await insertRow("admin");
  const others = ["owner", "viewer", "outsider", "ex-member", "rival owner"] as const;
  const ends = await callAll(
    others.map((name) => [name, "select private.end_idempotent_request($1, 1, 'x', true)::text as id", [id]]),
  );
  expect(ends.map((result) => result.ids)).toEqual(others.map(() => ["false"]));
  const [owners] = await callAll([["owner", begin("one"), [world.tenants.acme]]]);
  expect(owners).toMatchObject({ code: null });
  expect(owners?.ids).not.toEqual([id]);
});

test("the caller's own is answered with its present fence only", async () => {
  const { rows } = await client.query<{ id: string }>(
    "select id from control_plane.idempotency_keys limit 1",
  );
  const id = rows[0]?.id ?? "";
  const end = (fence: number) => `select private.end_idempotent_request($1, ${fence}, 'x', true)::text as id`;
  const results = await callAll([
    ["admin", end(0), [id]],
    ["admin", end(2), [id]],
    ["admin", end(1), [id]],
  ]);
  expect(results.map((result) => result.ids)).toEqual([["false"], ["false"], ["true"]]);
});

test.each(["viewer", "developer"] as const)("%s begins nothing that asks for more", async (name) => {
  const [result] = await callAll([[name, begin("one"), [world.tenants.acme]]]);
  expect(result).toMatchObject({ code: "PT403", message: "FORBIDDEN" });
});

test("a missing and a foreign tenant get the same answer, also where the caller is a member but does not act", async () => {
  const missing = "11111111-2222-4333-8444-555555555555";
  for (const name of ["owner", "viewer", "outsider", "ex-member"] as const) {
    const [foreign, none] = await callAll([
      [name, begin("one"), [world.tenants.beta]],
      [name, begin("one"), [missing]],
    ]);
    expect(foreign, name).toEqual(none);
    expect(foreign?.code, name).toBe("PT404");
  }
});
