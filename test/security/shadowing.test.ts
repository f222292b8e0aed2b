import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Attempt, attempt, become, connect } from "../fixtures/security/sql-session.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type CallerName, createWorld, type World } from "../helpers/world.ts";

/**
 * A4.2. Clients hold no TEMPORARY right (catalog.test.ts), so none of this can be tried in the first place. Here they
 * get the right, to show that the definers do not depend on its absence.
 */

let database: TestDatabase;
let world: World;
let session: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  world = await createWorld(database.adminUrl);
  const admin = await connect(database.adminUrl);
  await admin.query(`grant temporary on database ${admin.escapeIdentifier(database.name)} to public`);
  await admin.end();
  session = await connect(database.edgeUrl);
}, 120_000);

afterAll(async () => {
  await session?.end();
  await database?.drop();
});

/** As the caller, in one transaction that is rolled back, after `prepare` has put its own objects in the way. */
async function runShadowed(
  name: CallerName,
  prepare: readonly string[],
  text: string,
  values: readonly unknown[] = [],
): Promise<Attempt> {
  await session.query("begin");
  await become(session, world.callers[name], { headers: { "x-tenant-id": world.tenants.acme } });
  for (const statement of prepare) {
    const result = await attempt(session, statement);
    expect(result.code, `${statement}: ${result.message}`).toBeNull();
  }
  const result = await attempt(session, text, values);
  await session.query("rollback");
  return result;
}

const tables = [
  "create temporary table users as select '00000000-0000-0000-0000-000000000001'::uuid as id, true as is_active, null::uuid as active_tenant_id, null::timestamptz as deleted_at",
  "create temporary table tenants (tenant_id uuid, name text, slug text, status text, personal_user_id uuid)",
  "create temporary table memberships (id uuid, tenant_id uuid, user_id uuid, role text, user_is_active boolean)",
  "create temporary table role_permissions (role text, permission text, works_while_suspended boolean)",
  "create temporary table roles (name text, rank integer)",
  "create temporary table tenant_databases (id uuid, tenant_id uuid, deleted_at timestamptz, status text)",
  "create temporary table provisioning_targets (id uuid, status text, capacity integer)",
  "create temporary table audit_logs (id uuid)",
  "create temporary table background_jobs (id uuid)",
];
const functions = [
  "create function pg_temp.current_setting(text, boolean) returns text language sql as $$ select '{}' $$",
  "create function pg_temp.now() returns timestamptz language sql as $$ select '2000-01-01'::timestamptz $$",
  "create function pg_temp.uuid_always(uuid, uuid) returns boolean language sql as $$ select true $$",
  "create operator pg_temp.= (leftarg = uuid, rightarg = uuid, function = pg_temp.uuid_always)",
  "create function pg_temp.text_always(text, text) returns boolean language sql as $$ select true $$",
  "create operator pg_temp.= (leftarg = text, rightarg = text, function = pg_temp.text_always)",
  "create function pg_temp.claimed_user_id() returns uuid language sql as $$ select null::uuid $$",
  "set local search_path = pg_temp, private, public, control_plane, pg_catalog",
];

const calls: [string, string, readonly (keyof World["tenants"] | "database")[]][] = [
  ["caller_id", "select private.caller_id()", []],
  ["tenant_with", "select private.tenant_with('settings.manage')", []],
  ["tenants_with", "select private.tenants_with('tenants.read')", []],
  ["visible_user_ids", "select cardinality(private.visible_user_ids())", []],
  ["require_permission", "select private.require_permission($1, 'members.manage')", ["beta"]],
  ["set_tenant_suspended", "select private.set_tenant_suspended($1, true, 'x')", ["beta"]],
  ["choose_default_tenant", "select private.choose_default_tenant($1)", ["beta"]],
  ["request_database_operation", "select private.request_database_operation('create', $1)", ["beta"]],
  ["read_connection", "select private.read_connection($1)", ["database"]],
  ["delete_account", "select private.delete_account()", []],
  [
    "begin_idempotent_request",
    "select private.begin_idempotent_request($1, 'databases.manage', 'POST /x', 'k', sha256('x'), 'm', 30)",
    ["beta"],
  ],
  ["the policies of settings", "select id from public.settings", []],
  ["the policies of memberships", "select id from public.memberships", []],
  [
    "the audit trigger",
    "insert into public.settings (tenant_id, key, value) values ($1, 'shadow.x', '1')",
    ["acme"],
  ],
];

describe.each([
  ["tables", tables],
  ["functions and operators", functions],
] as const)("temporary %s of the caller never take the place of ours", (_kind, prepare) => {
  test.each(calls)("in %s", async (_name, text, ids) => {
    for (const caller of ["outsider", "viewer", "admin"] as const) {
      const values = ids.map((id) => (id === "database" ? world.databases.beta : world.tenants[id]));
      const plain = await runShadowed(caller, [], text, values);
      const shadowed = await runShadowed(caller, prepare, text, values);
      expect(shadowed, caller).toEqual(plain);
    }
  });
});

describe("a temporary type of the caller never runs code with an owner's rights", () => {
  const types = ["uuid", "text", "jsonb", "boolean", "integer", "timestamptz", "inet"];

  /** A domain whose check notes who evaluates it. */
  function createTrap(type: string): string[] {
    return [
      "create temporary table caught (who text)",
      "grant all on caught to public",
      `create function pg_temp.trap(pg_catalog.${type === "integer" ? "int4" : type === "boolean" ? "bool" : type}) returns pg_catalog.bool language plpgsql
       as $$ begin insert into pg_temp.caught values (current_user); return true; end $$`,
      `create domain pg_temp.${type === "boolean" || type === "integer" ? `"${type}"` : type}
         as pg_catalog.${type === "integer" ? "int4" : type === "boolean" ? "bool" : type} check (pg_temp.trap(value))`,
    ];
  }

  test.each(types)(
    "a domain named %s",
    async (type) => {
      // A new session: a function that was compiled before would not look at the name again.
      for (const [, text, ids] of calls) {
        const fresh = await connect(database.edgeUrl);
        try {
          await fresh.query("begin");
          await become(fresh, world.callers.owner, { headers: { "x-tenant-id": world.tenants.acme } });
          for (const statement of createTrap(type)) await fresh.query(statement);
          const values = ids.map((id) => (id === "database" ? world.databases.acme : world.tenants.acme));
          await attempt(fresh, text, values);
          const caught = await attempt(
            fresh,
            "select distinct who from pg_temp.caught where who <> 'authenticated'",
          );
          await fresh.query("rollback");
          expect(caught.ids, text).toEqual([]);
        } finally {
          await fresh.end();
        }
      }
    },
    30_000,
  );

  test("a trigger function of ours cannot be hung on a table of the caller's", async () => {
    const result = await runShadowed(
      "owner",
      ["create temporary table mine (tenant_id uuid, id uuid)"],
      "create trigger forge after insert on mine for each row execute function private.audit_change('tenant', 'id')",
    );
    expect(result.code).toBe("42501");
  });
});
