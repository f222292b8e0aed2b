import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PostgresServer } from "../../dev/postgres/start-postgres.ts";
import { startThrowawayServer } from "../../dev/postgres/throwaway.ts";
import { buildFromDesiredState, buildFromMigrations } from "../../scripts/db/build-databases.ts";
import { compareAccess } from "../../scripts/db/compare-access.ts";
import { findDrift } from "../../scripts/db/find-drift.ts";
import { mirrorPartitions } from "../../scripts/db/mirror-partitions.ts";
import { readAccess } from "../../scripts/db/read-access.ts";
import { platformChanges } from "../fixtures/schema/platform-changes.ts";

interface Change {
  readonly name: string;
  /** What somebody did by hand, and what undoes it. */
  readonly sql: string;
  readonly undo: string;
  /** Default: the owner of the schema, as in a dashboard. */
  readonly by?: "supabase_admin";
  /** Look at schema and access, as the command does. */
  readonly isWhole?: boolean;
  readonly line: string | RegExp;
}

const changes: readonly Change[] = [
  {
    name: "a policy was dropped",
    sql: "drop policy tenants_select_worker on control_plane.tenants",
    undo: `create policy tenants_select_worker on control_plane.tenants for select to gantry_worker using (true);
      comment on policy tenants_select_worker on control_plane.tenants is
        'Scheduled work looks at a tenant''s standing.'`,
    line: /^schema: create policy "tenants_select_worker" on "control_plane"\."tenants"/,
  },
  {
    name: "a policy lets everybody through",
    sql: "create policy open on public.memberships for select to authenticated using (true)",
    undo: "drop policy open on public.memberships",
    line: 'schema: drop policy "open" on "public"."memberships"',
  },
  {
    name: "a grant was added",
    isWhole: true,
    sql: "grant select on public.memberships to anon",
    undo: "revoke select on public.memberships from anon",
    line: "access, too much: relation public.memberships: anon may select",
  },
  {
    name: "a grant was taken away",
    sql: "revoke select on public.memberships from authenticated",
    undo: "grant select on public.memberships to authenticated",
    line: "access, missing: relation public.memberships: authenticated may select",
  },
  {
    name: "a column grant was added",
    sql: "grant update (email) on public.users to authenticated",
    undo: "revoke update (email) on public.users from authenticated",
    line: "access, too much: relation public.users column email: authenticated may update",
  },
  {
    name: "EXECUTE was given to everybody",
    isWhole: true,
    sql: "grant execute on function private.purge_due_tenants() to public",
    undo: "revoke execute on function private.purge_due_tenants() from public",
    line: "access, too much: function private.purge_due_tenants(): everybody may execute",
  },
  {
    name: "row security is not forced any more",
    sql: "alter table public.users no force row level security",
    undo: "alter table public.users force row level security",
    line: "access, too much: relation public.users: row security is on, but not forced",
  },
  {
    name: "row security is off",
    sql: "alter table public.users disable row level security",
    undo: "alter table public.users enable row level security",
    line: "access, too much: relation public.users: row security is off",
  },
  {
    name: "a view runs with its owner's rights",
    sql: "alter view public.tenants reset (security_invoker)",
    undo: "alter view public.tenants set (security_invoker = true)",
    line: "access, missing: relation public.tenants: option security_invoker=true",
  },
  {
    name: "a function runs with its owner's rights",
    sql: "alter function private.set_updated_at() security definer",
    undo: "alter function private.set_updated_at() security invoker",
    line: "access, too much: function private.set_updated_at(): runs as its owner",
  },
  {
    name: "a definer belongs to somebody with more rights",
    sql: "alter function private.caller_id() owner to postgres",
    undo: "alter function private.caller_id() owner to gantry_definer",
    line: "access, too much: function private.caller_id(): owned by postgres",
  },
  {
    name: "a definer has no search path",
    sql: "alter function private.caller_id() reset search_path",
    undo: "alter function private.caller_id() set search_path = pg_catalog, pg_temp",
    line: "access, missing: function private.caller_id(): sets search_path=pg_catalog, pg_temp",
  },
  {
    name: "a schema was opened",
    sql: "grant usage on schema control_plane to anon",
    undo: "revoke usage on schema control_plane from anon",
    line: "access, too much: schema control_plane: anon may usage",
  },
  {
    name: "new tables are open by default",
    sql: "alter default privileges in schema public grant select on tables to anon",
    undo: "alter default privileges in schema public revoke select on tables from anon",
    line: "access, too much: defaults of postgres for tables in public: anon may select",
  },
  {
    name: "a trigger was switched off",
    sql: "alter table public.memberships disable trigger guard_membership",
    undo: "alter table public.memberships enable trigger guard_membership",
    line: "access, too much: trigger guard_membership on public.memberships: is disabled",
  },
  {
    name: "a sign-up trigger is gone",
    sql: "alter trigger gantry_user_created on auth.users rename to gone",
    undo: "alter trigger gone on auth.users rename to gantry_user_created",
    by: "supabase_admin",
    line: "access, missing: trigger gantry_user_created on auth.users: fires",
  },
  {
    name: "a table was published",
    sql: "alter publication supabase_realtime add table public.memberships",
    undo: "alter publication supabase_realtime drop table public.memberships",
    line: /^access, too much: publication supabase_realtime: publishes public\.memberships /,
  },
  {
    name: "a role of ours bypasses row security",
    sql: "alter role gantry_edge bypassrls",
    undo: "alter role gantry_edge nobypassrls",
    by: "supabase_admin",
    line: "access, too much: role gantry_edge: logs in, bypasses row security",
  },
  {
    name: "an API role may become the worker",
    sql: "grant gantry_worker to authenticated",
    undo: "revoke gantry_worker from authenticated",
    by: "supabase_admin",
    line: /^access, too much: role authenticated: may become gantry_worker/,
  },
  {
    name: "a column was added",
    sql: "alter table public.settings add column note text",
    undo: "alter table public.settings drop column note",
    line: 'schema: alter table "public"."settings" drop column "note"',
  },
];

const monthly = "partitions.audit_logs_2099_01";
const bounds = "for values from ('2099-01-01') to ('2099-02-01')";
const close = `alter table ${monthly} enable row level security, force row level security;
  revoke all on ${monthly} from public, anon, authenticated, service_role`;

const partitionChanges: readonly Change[] = [
  {
    name: "a month's partition is open",
    sql: `create table ${monthly} partition of public.audit_logs ${bounds}; ${close}; grant select on ${monthly} to anon`,
    undo: `drop table ${monthly}`,
    line: `access, too much: relation ${monthly}: anon may select`,
  },
  {
    name: "a month's partition has no row security",
    sql: `create table ${monthly} partition of public.audit_logs ${bounds}`,
    undo: `drop table ${monthly}`,
    line: `access, too much: relation ${monthly}: row security is off`,
  },
];

const aroundChanges: readonly Change[] = platformChanges.map((change) => ({
  ...change,
  by: "supabase_admin",
}));

let servers: PostgresServer[] = [];
let actualUrl: string;
let wantedUrl: string;
const clients = new Map<string, pg.Client>();

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

async function findAccessDrift(): Promise<string[]> {
  await mirrorPartitions(actualUrl, wantedUrl);
  return compareAccess(await readAccess(actualUrl), await readAccess(wantedUrl));
}

function clientFor(change: Change): pg.Client {
  const client = clients.get(change.by ?? "postgres");
  if (!client) throw new Error("not connected");
  return client;
}

beforeAll(async () => {
  const [first, second] = await Promise.all([startThrowawayServer(), startThrowawayServer()]);
  servers = [first, second];
  [actualUrl, wantedUrl] = await Promise.all([
    buildFromMigrations(first, "postgres", { defaultPrivileges: "legacy" }),
    buildFromDesiredState(second, "postgres"),
  ]);
  clients.set("postgres", await connect(actualUrl));
  clients.set("supabase_admin", await connect(first.urlFor("supabase_admin", "postgres")));
});

afterAll(async () => {
  for (const client of clients.values()) await client.end();
  await Promise.all(servers.map((server) => server.stop()));
});

test("migrations and desired state are equal, whatever months the migrations were run in", async () => {
  expect(await findDrift(actualUrl, wantedUrl)).toEqual([]);
});

describe("drift is found when", () => {
  // The partitions come last: their month stays in the wanted database.
  test.each([...changes, ...aroundChanges, ...partitionChanges])("$name", async (change) => {
    await clientFor(change).query(change.sql);
    try {
      const { line } = change;
      // The schema's diff takes a second or more; where the access facts are to find it, they find it alone.
      const isAboutAccess =
        typeof line === "string" ? line.startsWith("access") : line.source.startsWith("^access");
      const isWhole = !isAboutAccess || change.isWhole === true;
      const drift = await (isWhole ? findDrift(actualUrl, wantedUrl) : findAccessDrift());
      const isNamed = drift.some((found) => (typeof line === "string" ? found === line : line.test(found)));
      expect(isNamed, drift.join("\n")).toBe(true);
      // One change, a handful of lines: everything else is equal.
      expect(drift.length).toBeLessThanOrEqual(12);
    } finally {
      await clientFor(change).query(change.undo);
    }
  });
});

test("a month that was made as the database makes it is no drift, even if only the live one has it", async () => {
  await clients
    .get("postgres")
    ?.query(`create table partitions.audit_logs_2098_01 (like public.audit_logs including all);
    alter table partitions.audit_logs_2098_01 enable row level security, force row level security;
    alter table public.audit_logs attach partition partitions.audit_logs_2098_01
      for values from ('2098-01-01') to ('2098-02-01')`);
  const drift = await findDrift(actualUrl, wantedUrl);
  expect(drift.filter((line) => line.includes("2098"))).toEqual([]);
});

test("extensions that a hosted project has on top are no drift of ours", async () => {
  await clients.get("supabase_admin")?.query(`create extension pg_trgm schema extensions`);
  const drift = await findDrift(actualUrl, wantedUrl, { isHosted: true });
  expect(drift.filter((line) => !line.includes("audit_logs_2099_01"))).toEqual([]);
});
