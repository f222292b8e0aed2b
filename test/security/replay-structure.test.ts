import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { ownSchemas } from "./catalog.ts";

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
});

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

async function list(text: string): Promise<string[]> {
  const result = await client.query<{ name: string }>(text, text.includes("$1") ? [ownSchemas] : []);
  return result.rows.map((row) => row.name);
}

test("case 1: every view of ours runs with the rights of who reads it", async () => {
  const views = await list(
    `select c.oid::regclass::text as name from pg_catalog.pg_class c
     where c.relnamespace::regnamespace::text = any ($1) and c.relkind in ('v', 'm')`,
  );
  const invokers = await list(
    `select c.oid::regclass::text as name from pg_catalog.pg_class c
     where c.relnamespace::regnamespace::text = any ($1) and c.reloptions @> array['security_invoker=true']`,
  );
  expect(views).not.toEqual([]);
  expect(invokers.sort()).toEqual(views.sort());
});

test("row security is enabled and forced on every table and partition", async () => {
  const open = await list(
    `select c.oid::regclass::text as name from pg_catalog.pg_class c
     where c.relnamespace::regnamespace::text = any ($1) and c.relkind in ('r', 'p')
       and not (c.relrowsecurity and c.relforcerowsecurity)`,
  );
  expect(open).toEqual([]);
});

test("partitions have no grant and no policy of their own", async () => {
  const open = await list(
    `select c.oid::regclass::text as name from pg_catalog.pg_class c
     where c.relnamespace = 'partitions'::regnamespace and c.relkind = 'r' and (
       exists (select from pg_catalog.pg_policy p where p.polrelid = c.oid)
       or exists (select from pg_catalog.aclexplode(c.relacl) a where a.grantee <> c.relowner)
     )`,
  );
  expect(open).toEqual([]);
});

test("every function of ours looks names up in the catalog, and last in the temporary schema", async () => {
  const others = await list(
    `select p.oid::regprocedure::text as name from pg_catalog.pg_proc p
     where p.pronamespace::regnamespace::text = any ($1)
       and (p.proconfig is null or not p.proconfig @> array['search_path=pg_catalog, pg_temp'])`,
  );
  expect(others).toEqual([]);
});

test("no function, table or sequence of ours is open to everybody", async () => {
  const open = await list(
    `select c.oid::regclass::text as name from pg_catalog.pg_class c cross join pg_catalog.aclexplode(c.relacl) a
     where c.relnamespace::regnamespace::text = any ($1) and a.grantee = 0
     union all
     select p.oid::regprocedure::text from pg_catalog.pg_proc p
     cross join pg_catalog.aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
     where p.pronamespace::regnamespace::text = any ($1) and a.grantee = 0`,
  );
  expect(open).toEqual([]);
});

test("every table and every policy has a comment", async () => {
  const bare = await list(
    `select c.oid::regclass::text as name from pg_catalog.pg_class c
     where c.relnamespace::regnamespace::text = any ($1) and c.relkind in ('r', 'p', 'v') and not c.relispartition
       and obj_description(c.oid, 'pg_class') is null
     union all
     select polname || ' on ' || polrelid::regclass from pg_catalog.pg_policy p
     where obj_description(p.oid, 'pg_policy') is null`,
  );
  expect(bare).toEqual([]);
});

test("case 4: the triggers on auth.users are there", async () => {
  const triggers = await list(
    `select tgname || ' calls ' || tgfoid::regproc as name from pg_catalog.pg_trigger
     where tgrelid = 'auth.users'::regclass and not tgisinternal and tgenabled = 'O' order by 1`,
  );
  expect(triggers).toEqual([
    "gantry_user_created calls private.on_auth_user_created",
    "gantry_user_deleted calls private.on_auth_user_deleted",
    "gantry_user_updated calls private.on_auth_user_updated",
  ]);
});

test("case 4: the schemas are open to whom they should be", async () => {
  const rights = await list(
    `select nspname || ': ' || string_agg(r, ', ' order by r) as name from pg_catalog.pg_namespace
     cross join unnest(array['anon', 'authenticated', 'service_role', 'gantry_edge', 'gantry_worker', 'gantry_definer']) r
     where nspname in ('public', 'control_plane', 'private', 'partitions') and has_schema_privilege(r, oid, 'usage')
     group by nspname order by 1`,
  );
  expect(rights).toEqual([
    "control_plane: authenticated, gantry_definer, gantry_worker",
    "private: anon, authenticated, gantry_definer, gantry_worker, service_role",
    "public: anon, authenticated, gantry_definer, gantry_edge, gantry_worker, service_role",
  ]);
});
