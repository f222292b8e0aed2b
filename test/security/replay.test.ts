import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PostgresServer } from "../../dev/postgres/start-postgres.ts";
import { startThrowawayServer } from "../../dev/postgres/throwaway.ts";
import { buildFromMigrations } from "../../scripts/db/build-databases.ts";
import { diffDatabases } from "../../scripts/db/diff-databases.ts";
import { readAccess } from "../../scripts/db/read-access.ts";

/** The access lists of the catalog itself, as text: nothing of them is interpreted, nothing left out. */
const rawLists = `
  select 'relation ' || c.oid::regclass as object, relowner::regrole::text as owner, relacl::text as acl
  from pg_catalog.pg_class c
  where relnamespace::regnamespace::text in ('public', 'control_plane', 'private', 'partitions') and relkind <> 'i'
  union all
  select 'column ' || attrelid::regclass || '.' || attname, '', attacl::text
  from pg_catalog.pg_attribute join pg_catalog.pg_class c on c.oid = attrelid
  where relnamespace::regnamespace::text in ('public', 'control_plane', 'private', 'partitions') and attacl is not null
  union all
  select 'function ' || oid::regprocedure, proowner::regrole::text, proacl::text from pg_catalog.pg_proc
  where pronamespace::regnamespace::text in ('public', 'control_plane', 'private', 'partitions')
  union all
  select 'schema ' || nspname, nspowner::regrole::text, nspacl::text from pg_catalog.pg_namespace
  where nspname in ('public', 'control_plane', 'private', 'partitions', 'extensions')
  union all
  select 'defaults ' || defaclobjtype::text || ' ' || defaclnamespace::regnamespace, defaclrole::regrole::text, defaclacl::text
  from pg_catalog.pg_default_acl where defaclrole::regrole::text <> 'supabase_admin'
  order by 1, 2`;

let servers: PostgresServer[] = [];
let legacyUrl: string;
let newUrl: string;

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("set search_path = pg_catalog");
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  const [first, second] = await Promise.all([startThrowawayServer(), startThrowawayServer()]);
  servers = [first, second];
  [legacyUrl, newUrl] = await Promise.all([
    buildFromMigrations(first, "postgres", { defaultPrivileges: "legacy" }),
    buildFromMigrations(second, "postgres", { defaultPrivileges: "new" }),
  ]);
}, 120_000);

afterAll(() => Promise.all(servers.map((server) => server.stop())));

test("projects with legacy and with new default privileges end with the same access", async () => {
  const facts = await readAccess(legacyUrl);
  expect(facts).toEqual(await readAccess(newUrl));
  expect(facts.length).toBeGreaterThan(200);
});

test("their access lists are equal as the catalog holds them", async () => {
  const lists = await query(legacyUrl, rawLists);
  expect(lists).toEqual(await query(newUrl, rawLists));
  expect(lists.length).toBeGreaterThan(100);
});

test("their schemas are equal", async () => {
  expect(await diffDatabases(legacyUrl, newUrl)).toBe("");
  expect(await diffDatabases(newUrl, legacyUrl)).toBe("");
});

test("what is made later, by hand in a dashboard, is closed on both", async () => {
  for (const url of [legacyUrl, newUrl]) {
    await query(url, "create table public.made_by_hand (id bigint generated always as identity)");
    await query(url, "create function public.made_by_hand() returns int language sql as 'select 1'");
    const open = await query(
      url,
      `select r as role from unnest(array['anon', 'authenticated', 'service_role', 'gantry_edge', 'gantry_worker']) r
       where has_table_privilege(r, 'public.made_by_hand', 'select, insert, update, delete, truncate')
         or has_function_privilege(r, 'public.made_by_hand()', 'execute')
         or has_sequence_privilege(r, 'public.made_by_hand_id_seq', 'usage, select, update')`,
    );
    expect(open).toEqual([]);
  }
});
