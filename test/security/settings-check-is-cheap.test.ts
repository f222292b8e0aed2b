import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../fixtures/security/sql-session.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  client = await connect(database.adminUrl);
  await client.query("set statement_timeout = '1s'");
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

async function hasSecretKeys(json: string): Promise<boolean | undefined> {
  const { rows } = await client.query<{ has: boolean }>("select private.has_secret_keys($1::jsonb) as has", [
    json,
  ]);
  return rows[0]?.has;
}

const nest = (depth: number, leaf: string): string => `${'{"a":'.repeat(depth)}${leaf}${"}".repeat(depth)}`;

test("looking for secrets in 30 kB of nested objects takes less than a second", async () => {
  expect(await hasSecretKeys(nest(5_000, "1"))).toBe(false);
  expect(await hasSecretKeys(nest(5_000, '{"my_Password":1}'))).toBe(true);
});

test("looking for secrets in a megabyte under a thousand objects takes less than a second", async () => {
  expect(await hasSecretKeys(nest(1_000, JSON.stringify("x".repeat(1_000_000))))).toBe(false);
});

test("a value that only quotes such a key is no secret", async () => {
  expect(await hasSecretKeys(JSON.stringify({ note: 'password": 1', list: ["token", "secret"] }))).toBe(
    false,
  );
});
