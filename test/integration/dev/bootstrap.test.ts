import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bootstrapPlatform } from "../../../dev/platform/bootstrap.ts";
import type { PostgresServer } from "../../../dev/postgres/start-postgres.ts";
import { startThrowawayServer } from "../../../dev/postgres/throwaway.ts";

let server: PostgresServer;

async function query<Row extends pg.QueryResultRow>(
  role: string,
  database: string,
  ...statements: string[]
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: server.urlFor(role, database) });
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await client.query<Row>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  server = await startThrowawayServer();
  await bootstrapPlatform(server, { database: "legacy" });
  await bootstrapPlatform(server, { database: "fresh", defaultPrivileges: "new" });
});

afterAll(() => server.stop());

test("a second bootstrap of the same database changes nothing and does not fail", async () => {
  const count = "select count(*)::int as count from pg_catalog.pg_class";
  const before = await query("supabase_admin", "legacy", count);
  await bootstrapPlatform(server, { database: "legacy" });
  expect(await query("supabase_admin", "legacy", count)).toEqual(before);
});

test("postgres owns the database and is no superuser", async () => {
  const rows = await query(
    "postgres",
    "legacy",
    `select rolsuper, rolcreatedb, rolcreaterole, rolbypassrls,
       (select datdba::regrole::text from pg_database where datname = current_database()) as owner
     from pg_roles where rolname = current_user`,
  );
  expect(rows).toEqual([
    { rolsuper: false, rolcreatedb: true, rolcreaterole: true, rolbypassrls: true, owner: "postgres" },
  ]);
});

test("authenticator becomes anon with anon's three seconds", async () => {
  const rows = await query("authenticator", "legacy", "set role anon", "select current_user as who");
  expect(rows).toEqual([{ who: "anon" }]);
  const settings = await query(
    "authenticator",
    "legacy",
    "select rolname, rolconfig from pg_roles where rolname in ('anon','authenticated') order by 1",
  );
  expect(settings).toEqual([
    { rolname: "anon", rolconfig: ["statement_timeout=3s"] },
    { rolname: "authenticated", rolconfig: ["statement_timeout=8s"] },
  ]);
});

test("auth.uid() reads the claims that PostgREST writes", async () => {
  const id = "11111111-2222-4333-8444-555555555555";
  const rows = await query(
    "authenticator",
    "fresh",
    "begin",
    "set local role authenticated",
    `select set_config('request.jwt.claims', '{"sub":"${id}","role":"authenticated"}', true)`,
    "select auth.uid() as uid, auth.role() as role, auth.jwt() ->> 'sub' as sub",
  );
  expect(rows).toEqual([{ uid: id, role: "authenticated", sub: id }]);
});

test("new tables are open on legacy default privileges and closed on new ones", async () => {
  const probe = [
    "create table public.probe (id int)",
    "select has_table_privilege('anon', 'public.probe', 'select') as open",
  ] as const;
  expect(await query("postgres", "legacy", ...probe)).toEqual([{ open: true }]);
  expect(await query("postgres", "fresh", ...probe)).toEqual([{ open: false }]);
});

test("postgres may do what it may on hosted, and not what it may not", async () => {
  await query(
    "postgres",
    "fresh",
    "create table public.member (id uuid references auth.users (id))",
    "create function public.on_sign_up() returns trigger language plpgsql as 'begin return new; end'",
    "create or replace trigger signed_up after insert on auth.users for each row execute function public.on_sign_up()",
    "alter role authenticator set pgrst.db_pre_request = 'private.pre_request'",
    "create extension if not exists citext schema extensions",
    "alter publication supabase_realtime add table public.member",
    "alter role authenticator reset pgrst.db_pre_request",
  );
  await expect(query("postgres", "fresh", "alter system set jit = on")).rejects.toThrow("permission denied");
  await expect(query("postgres", "fresh", "create table auth.mine (id int)")).rejects.toThrow(
    "permission denied",
  );
});

test("a role without a grant cannot connect", async () => {
  await query("supabase_admin", "fresh", "create role stranger login");
  await server.setPassword("stranger", "stranger");
  await expect(query("stranger", "fresh", "select 1")).rejects.toThrow("permission denied for database");
});
