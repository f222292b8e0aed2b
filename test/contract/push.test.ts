import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { bootstrapPlatform } from "../../dev/platform/bootstrap.ts";
import type { PostgresServer } from "../../dev/postgres/start-postgres.ts";
import { startThrowawayServer } from "../../dev/postgres/throwaway.ts";
import { applyMigrations } from "../../scripts/db/apply-migrations.ts";
import { listAdvice } from "../../scripts/db/list-advice.ts";

const config = fileURLToPath(new URL("../fixtures/schema/shop/supabase/config.toml", import.meta.url));
let server: PostgresServer;
let root: string;
let url: string;
let count = 0;

async function write(version: number, sql: string): Promise<void> {
  await writeFile(join(root, `supabase/migrations/2030010100000${version}_step.sql`), sql);
}

const push = () => applyMigrations(url, { root, hasSeed: false });

async function query(text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function listVersions(): Promise<unknown[]> {
  const rows = await query(
    "select right(version, 1) as v from supabase_migrations.schema_migrations order by 1",
  );
  return rows.map((row) => row.v);
}

beforeAll(async () => {
  server = await startThrowawayServer();
});

afterAll(() => server?.stop());

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "gantry-push-"));
  await mkdir(join(root, "supabase/migrations"), { recursive: true });
  await cp(config, join(root, "supabase/config.toml"));
  const database = `push_${++count}`;
  await bootstrapPlatform(server, { database, defaultPrivileges: "new" });
  url = server.urlFor("postgres", database);
  await write(1, "create table public.items (id int primary key);");
  await push();
  return () => rm(root, { recursive: true, force: true });
});

test("case 8: a migration older than one that was applied is refused by name, and nothing runs", async () => {
  await write(5, "create table public.newer (id int);");
  await push();
  await write(3, "create table public.older (id int);");
  await write(6, "create table public.newest (id int);");
  await expect(push()).rejects.toThrow(
    /^MIGRATION_OUT_OF_ORDER: supabase\/migrations\/20300101000003_step\.sql came before one that has been applied$/,
  );
  expect(await listVersions()).toEqual(["1", "5"]);
  expect(
    await query("select to_regclass('public.older') as older, to_regclass('public.newest') as newest"),
  ).toEqual([{ older: null, newest: null }]);
});

test("case 7: a migration that fails leaves nothing behind and is not recorded", async () => {
  await write(2, "create table public.half (id int);\ninsert into public.items values (1);\nselect 1 / 0;");
  await expect(push()).rejects.toThrow(/division by zero/);
  expect(await listVersions()).toEqual(["1"]);
  expect(
    await query(
      "select to_regclass('public.half') as half, (select count(*)::int from public.items) as items",
    ),
  ).toEqual([{ half: null, items: 0 }]);
});

test("case 7: a concurrent index alone in its file is built", async () => {
  await write(2, "create index concurrently items_id_idx on public.items (id);");
  await push();
  expect(
    await query("select indisvalid from pg_index where indexrelid = 'public.items_id_idx'::regclass"),
  ).toEqual([{ indisvalid: true }]);
});

test("pushing twice is pushing once", async () => {
  await push();
  expect(await listVersions()).toEqual(["1"]);
});

test("the error of a push tells neither the password nor the address", async () => {
  await write(2, "select nothing from nowhere;");
  const message = await push().then(
    () => "",
    (error: unknown) => String(error),
  );
  expect(message).toContain("nowhere");
  expect(message).not.toContain(new URL(url).password);
});

test("the advisors see a table without row security and a view with its owner's rights", async () => {
  await query("create view public.all_items as select * from public.items");
  await query("grant select on public.items, public.all_items to anon");
  const keys = (await listAdvice(url)).map(({ cacheKey }) => cacheKey).sort();
  expect(keys).toEqual(["rls_disabled_in_public_public_items", "security_definer_view_public_all_items"]);
});
