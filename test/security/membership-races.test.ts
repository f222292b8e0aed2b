import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Attempt, asCaller, attempt, type Caller, connect } from "../fixtures/security/sql-session.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type Person, signUp } from "../helpers/people.ts";

let database: TestDatabase;
let admin: pg.Client;
let first: pg.Client;
let second: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = await connect(database.adminUrl);
  // Two sessions of the role that edge functions log in as.
  first = await connect(database.edgeUrl);
  second = await connect(database.edgeUrl);
}, 120_000);

afterAll(async () => {
  await Promise.all([admin?.end(), first?.end(), second?.end()]);
  await database?.drop();
});

function toCaller(person: Person): Caller {
  return { name: person.id, role: "authenticated", claims: person.claims };
}

let tenantCount = 0;

/** A tenant with these people as owners, and how to act in it. */
async function createOwned(...owners: readonly Person[]): Promise<string> {
  tenantCount += 1;
  const result = await admin.query<{ id: string }>(
    "insert into control_plane.tenants (name, slug, display_name) values ($1, $1, $1) returning tenant_id as id",
    [`race-${tenantCount}`],
  );
  const id = result.rows[0]?.id ?? "";
  for (const owner of owners) {
    await admin.query("insert into public.memberships (tenant_id, user_id, role) values ($1, $2, 'owner')", [
      id,
      owner.id,
    ]);
  }
  return id;
}

async function countMembers(tenantId: string): Promise<number> {
  const result = await admin.query<{ count: number }>(
    "select count(*)::int as count from public.memberships where tenant_id = $1",
    [tenantId],
  );
  return result.rows[0]?.count ?? -1;
}

function run(
  client: pg.Client,
  person: Person,
  tenantId: string,
  text: string,
  values: readonly unknown[] = [],
) {
  const request = { headers: { "x-tenant-id": tenantId } };
  return asCaller(client, toCaller(person), request, () => attempt(client, text, values), "commit");
}

const leave = "delete from public.memberships where tenant_id = $1 and user_id = $2 returning id";
const stepDown =
  "update public.memberships set role = 'viewer' where tenant_id = $1 and user_id = $2 returning id";

test("two last owners leave at once, 200 times: exactly one goes", async () => {
  const [anna, ben, carl] = [await signUp(admin), await signUp(admin), await signUp(admin)];
  for (let round = 0; round < 200; round += 1) {
    const tenantId = await createOwned(anna, ben);
    await admin.query("insert into public.memberships (tenant_id, user_id, role) values ($1, $2, 'viewer')", [
      tenantId,
      carl.id,
    ]);
    const text = round % 2 === 0 ? leave : stepDown;
    const results = await Promise.all([
      run(first, anna, tenantId, text, [tenantId, anna.id]),
      run(second, ben, tenantId, round % 3 === 0 ? leave : text, [tenantId, ben.id]),
    ]);
    expect(results.filter((result) => result.ids.length === 1)).toHaveLength(1);
    expect(results.filter((result) => result.message === "LAST_OWNER")).toHaveLength(1);
    const owners = await admin.query(
      "select from public.memberships where tenant_id = $1 and role = 'owner'",
      [tenantId],
    );
    expect(owners.rowCount).toBe(1);
  }
}, 60_000);

test("two owners of the same two tenants delete their accounts at once, 60 times: no deadlock, one of them stays", async () => {
  for (let round = 0; round < 60; round += 1) {
    const [anna, ben, carl] = [await signUp(admin), await signUp(admin), await signUp(admin)];
    const tenantIds = [await createOwned(anna, ben), await createOwned(ben, anna)];
    for (const tenantId of tenantIds) {
      await admin.query(
        "insert into public.memberships (tenant_id, user_id, role) values ($1, $2, 'viewer')",
        [tenantId, carl.id],
      );
    }
    const results = await Promise.all([
      run(first, anna, tenantIds[0] ?? "", "select private.delete_account()"),
      run(second, ben, tenantIds[1] ?? "", "select private.delete_account()"),
    ]);
    expect(results.map((result) => result.message).sort()).toEqual(["", "LAST_OWNER"]);
    expect(await countMembers(tenantIds[0] ?? "")).toBe(2);
  }
}, 60_000);

test("two owners without other members delete their accounts at once: both go, the tenants are scheduled to go too", async () => {
  for (let round = 0; round < 30; round += 1) {
    const [anna, ben] = [await signUp(admin), await signUp(admin)];
    const tenantIds = [await createOwned(anna, ben), await createOwned(ben, anna)];
    const results = await Promise.all([
      run(first, anna, tenantIds[0] ?? "", "select private.delete_account()"),
      run(second, ben, tenantIds[1] ?? "", "select private.delete_account()"),
    ]);
    expect(results.filter((result) => result.code === "40P01")).toEqual([]);
    const codes = results.map((result) => result.message).sort();
    expect([
      ["", ""],
      ["", "LAST_OWNER"],
    ]).toContainEqual(codes);
  }
}, 60_000);

test("an owner removes a member who deletes their account at that moment, in all interleavings: never a deadlock", async () => {
  for (let round = 0; round < 60; round += 1) {
    const [owner, leaver] = [await signUp(admin), await signUp(admin)];
    const tenantId = await createOwned(owner);
    await admin.query("insert into public.memberships (tenant_id, user_id, role) values ($1, $2, 'viewer')", [
      tenantId,
      leaver.id,
    ]);
    await admin.query("update public.users set active_tenant_id = $1 where id = $2", [tenantId, leaver.id]);
    const results = await Promise.all([
      run(first, leaver, tenantId, "select private.delete_account()"),
      new Promise((resolve) => setTimeout(resolve, (round % 20) / 4)).then(() =>
        run(second, owner, tenantId, leave, [tenantId, leaver.id]),
      ),
    ]);
    expect(results.map((result) => result.code)).toEqual([null, null]);
    expect(await countMembers(tenantId)).toBe(1);
  }
}, 90_000);

/** Until both sessions wait for a lock, or it is clear that one of them will not. */
async function waitForLocks(count: number): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    const waiting = await admin.query(
      "select from pg_catalog.pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    );
    if ((waiting.rowCount ?? 0) >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test.each([["their default tenant"], ["not their default tenant"]])(
  "an owner removes a member of %s while that member deletes their account, each half-way: never a deadlock",
  async (kind) => {
    const [owner, leaver] = [await signUp(admin), await signUp(admin)];
    const tenantId = await createOwned(owner);
    await admin.query("insert into public.memberships (tenant_id, user_id, role) values ($1, $2, 'viewer')", [
      tenantId,
      leaver.id,
    ]);
    if (kind === "their default tenant") {
      await admin.query("update public.users set active_tenant_id = $1 where id = $2", [tenantId, leaver.id]);
    }
    const gate = await connect(database.adminUrl);
    try {
      await gate.query("begin");
      await gate.query("select from control_plane.tenants where tenant_id = $1 for no key update", [
        tenantId,
      ]);
      const removal = run(second, owner, tenantId, leave, [tenantId, leaver.id]);
      await waitForLocks(1);
      const deletion = run(first, leaver, tenantId, "select private.delete_account()");
      await waitForLocks(2);
      await gate.query("commit");
      const results = await Promise.all([removal, deletion]);
      expect(results.map((result) => result.code)).toEqual([null, null]);
      expect(await countMembers(tenantId)).toBe(1);
    } finally {
      await gate.end();
    }
  },
);

test("a change of many roles meets a change of one: neither is lost to a deadlock", async () => {
  const [anna, ben, carl] = [await signUp(admin), await signUp(admin), await signUp(admin)];
  const tenantId = await createOwned(anna, ben);
  await admin.query("insert into public.memberships (tenant_id, user_id, role) values ($1, $2, 'viewer')", [
    tenantId,
    carl.id,
  ]);
  const gate = await connect(database.adminUrl);
  try {
    // The one-row change holds its row and waits for the tenant; the change of all rows comes to that row last.
    await gate.query("begin");
    await gate.query("select from control_plane.tenants where tenant_id = $1 for no key update", [tenantId]);
    const promote =
      "update public.memberships set role = 'admin' where tenant_id = $1 and user_id = $2 returning id";
    const one = run(second, ben, tenantId, promote, [tenantId, carl.id]);
    await waitForLocks(1);
    const all = run(
      first,
      anna,
      tenantId,
      "update public.memberships set role = 'owner' where tenant_id = $1 and $2::uuid is not null returning id",
      [tenantId, anna.id],
    );
    await waitForLocks(2);
    await gate.query("commit");
    const results = await Promise.all([one, all]);
    expect(results.map((result) => result.code)).toEqual([null, null]);
  } finally {
    await gate.end();
  }
});

test("two last owners cannot leave through repeatable read either", async () => {
  const [anna, ben, carl] = [await signUp(admin), await signUp(admin), await signUp(admin)];
  const tenantId = await createOwned(anna, ben);
  await admin.query("insert into public.memberships (tenant_id, user_id, role) values ($1, $2, 'viewer')", [
    tenantId,
    carl.id,
  ]);
  const leaveOn = async (client: pg.Client, person: Person): Promise<() => Promise<Attempt>> => {
    await client.query("begin isolation level repeatable read");
    await client.query(
      "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true), set_config('request.headers', $2, true)",
      [JSON.stringify(person.claims), JSON.stringify({ "x-tenant-id": tenantId })],
    );
    await client.query("select from public.memberships");
    return async () => {
      const result = await attempt(client, leave, [tenantId, person.id]);
      await client.query("commit");
      return result;
    };
  };
  const firstLeaves = await leaveOn(first, anna);
  const secondLeaves = await leaveOn(second, ben);
  const results = [await firstLeaves(), await secondLeaves()];
  expect(results.filter((result) => result.ids.length === 1)).toHaveLength(1);
  expect(await countMembers(tenantId)).toBe(2);
});
