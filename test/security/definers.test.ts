import { readFile } from "node:fs/promises";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Attempt, asCaller, connect, tryOut } from "../fixtures/security/sql-session.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type CallerName, createWorld, type World } from "../helpers/world.ts";
import { createFingerprint } from "./catalog.ts";

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

const randomId = "11111111-2222-4333-8444-555555555555";

/** Calls as the caller, acting in acme, and takes everything back. */
function call(
  name: CallerName,
  text: string,
  parameters: readonly unknown[] = [],
  header?: string,
): Promise<Attempt> {
  const headers = { "x-tenant-id": header ?? world.tenants.acme };
  const caller = world.callers[name];
  return asCaller(client, caller, { headers }, () => tryOut(client, caller, text, parameters));
}

interface Definer {
  readonly name: string;
  readonly owner: string;
}

async function readDocumented(): Promise<Definer[]> {
  const text = await readFile(new URL("../../docs/security-definers.md", import.meta.url), "utf8");
  const rows = text.matchAll(/^\| `(private\.[^`]+)` \| (\w+) \| ([^|]+) \|$/gm);
  return [...rows].map(([, name = "", owner = ""]) => ({ name: name.replaceAll(", ", ","), owner }));
}

async function readActual(): Promise<(Definer & { config: string[] | null })[]> {
  const result = await client.query<Definer & { config: string[] | null }>(
    `select replace(replace(p.oid::regprocedure::text, 'timestamp with time zone', 'timestamptz'), ', ', ',') as name,
       p.proowner::regrole::text as owner, p.proconfig as config
     from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
     where p.prosecdef and n.nspname in ('public', 'control_plane', 'private', 'partitions', 'extensions')
     order by 1`,
  );
  return result.rows;
}

const beginRequest =
  "select private.begin_idempotent_request($1, 'databases.manage', 'POST /x', 'k', sha256('x'), 'm', 30)";

describe("the list of definers", () => {
  test("is the one in docs/security-definers.md, with the same owners and a reason for each", async () => {
    const actual = (await readActual()).map(({ name, owner }) => `${name} ${owner}`).sort();
    const documented = (await readDocumented()).map(({ name, owner }) => `${name} ${owner}`).sort();
    expect(actual).toEqual(documented);
  });

  test("each has a fixed search path, and none is in an exposed schema", async () => {
    for (const { name, config } of await readActual()) {
      expect(name).toMatch(/^private\./);
      expect(
        config?.some((setting) => setting.startsWith("search_path=")),
        name,
      ).toBe(true);
    }
  });

  test("their owner gantry_definer cannot log in, bypass row security or become anybody", async () => {
    const result = await client.query(
      `select rolcanlogin, rolbypassrls, rolsuper, rolcreaterole, rolcreatedb,
         (select count(*)::int from pg_catalog.pg_auth_members m where m.member = r.oid) as memberships
       from pg_catalog.pg_roles r where rolname = 'gantry_definer'`,
    );
    expect(result.rows).toEqual([
      {
        rolcanlogin: false,
        rolbypassrls: false,
        rolsuper: false,
        rolcreaterole: false,
        rolcreatedb: false,
        memberships: 0,
      },
    ]);
  });

  test("their owner gantry_definer holds exactly these rights on tables", async () => {
    const result = await client.query<{ name: string; rights: string }>(
      `select n.nspname || '.' || c.relname as name,
         string_agg(right_name, ' ' order by right_name) as rights
       from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) right_name
       where c.relkind in ('r', 'p', 'v') and n.nspname in ('public', 'control_plane', 'private', 'partitions', 'auth')
         and case when right_name in ('select', 'insert', 'update', 'references')
           then has_any_column_privilege('gantry_definer', c.oid, right_name)
           else has_table_privilege('gantry_definer', c.oid, right_name) end
       group by 1 order by 1`,
    );
    expect(Object.fromEntries(result.rows.map((row) => [row.name, row.rights]))).toEqual({
      "control_plane.heartbeats": "insert select update",
      "control_plane.idempotency_keys": "delete insert select update",
      "control_plane.job_schedules": "insert select update",
      "control_plane.provisioning_targets": "select update",
      "control_plane.tenant_data_keys": "select",
      "control_plane.tenant_databases": "insert select update",
      "control_plane.tenants": "insert select update",
      "private.audit_columns": "select",
      "public.audit_logs": "insert",
      "public.background_jobs": "delete insert select update",
      "public.memberships": "insert select",
      "public.permissions": "select",
      "public.provisioning_operations": "insert select update",
      "public.role_permissions": "select",
      "public.roles": "select",
      "public.users": "insert select update",
    });
  });
});

describe("a missing and a foreign object get the same answer", () => {
  const probes: [string, string, (id: string) => unknown[]][] = [
    ["set_tenant_suspended", "select private.set_tenant_suspended($1, true, 'x')", (id) => [id]],
    ["choose_default_tenant", "select private.choose_default_tenant($1)", (id) => [id]],
    ["require_permission", "select private.require_permission($1, 'tenants.read')", (id) => [id]],
    [
      "request_database_operation: create",
      "select private.request_database_operation('create', $1)",
      (id) => [id],
    ],
    [
      "request_database_operation: a database",
      "select private.request_database_operation('delete', $2, $1)",
      (id) => [id, ""],
    ],
    ["read_connection", "select private.read_connection($1)", (id) => [id]],
    ["cancel_job", "select private.cancel_job($1, gen_random_uuid())", (id) => [id]],
    ["redrive_job", "select private.redrive_job($1, gen_random_uuid())", (id) => [id]],
  ];
  test.each(probes)("%s", async (name, text, toParameters) => {
    const isDatabase = name.endsWith("a database") || name === "read_connection";
    const foreign = isDatabase ? world.databases.beta : world.tenants.beta;
    for (const caller of ["owner", "admin", "viewer", "outsider", "ex-member"] as const) {
      const fill = (id: string) =>
        toParameters(id).map((value) => (value === "" ? world.tenants.acme : value));
      const answers = [await call(caller, text, fill(foreign)), await call(caller, text, fill(randomId))];
      const withHeader = await call(caller, text, fill(foreign), world.tenants.beta);
      expect(answers[0], caller).toEqual(answers[1]);
      expect(answers[0]?.code, caller).toMatch(/^PT40[34]$/);
      if (!name.endsWith("a database")) expect(withHeader, caller).toEqual(answers[0]);
      expect(JSON.stringify(answers)).not.toContain(world.tenants.beta);
    }
  });

  test("null instead of an id is a missing one", async () => {
    for (const [, text, toParameters] of probes) {
      const parameters = toParameters(randomId).map((value) =>
        value === randomId ? null : world.tenants.acme,
      );
      expect((await call("owner", text, parameters)).code, text).toBe("PT404");
    }
  });
});

describe("callers who are nobody get nothing out of any definer that people may call", () => {
  const calls: [string, string][] = [
    ["caller_id", "select private.caller_id()"],
    ["tenant_with", "select private.tenant_with('tenants.read')"],
    ["tenants_with", "select private.tenants_with('tenants.read')"],
    ["visible_user_ids", "select private.visible_user_ids()"],
    ["require_permission", "select private.require_permission($1, 'tenants.read')"],
    ["create_tenant", "select private.create_tenant('by-nobody', 'x', 'development')"],
    ["set_tenant_suspended", "select private.set_tenant_suspended($1, true, 'x')"],
    ["choose_default_tenant", "select private.choose_default_tenant($1)"],
    ["delete_account", "select private.delete_account()"],
    ["request_database_operation", "select private.request_database_operation('create', $1)"],
    ["read_connection", "select private.read_connection($2)"],
    ["begin_idempotent_request", beginRequest],
    ["end_idempotent_request", "select private.end_idempotent_request(gen_random_uuid(), 1) or null"],
    ["cancel_job", "select private.cancel_job($1, gen_random_uuid())"],
    ["redrive_job", "select private.redrive_job($1, gen_random_uuid())"],
  ];
  const nobodies = ["anonymous sign-in", "deactivated admin", "deleted admin"] as const;

  test.each(nobodies.flatMap((name) => calls.map(([definer, text]) => ({ name, definer, text }))))(
    "$name calls $definer",
    async ({ name, text }) => {
      const before = await (await createFingerprint(client))();
      const parameters = [world.tenants.acme, world.databases.acme].slice(
        0,
        text.includes("$2") ? 2 : text.includes("$1") ? 1 : 0,
      );
      const result = await call(
        name,
        text.includes("$2")
          ? text
              .replace("$2", "$2::uuid from (select $1::uuid) as unused")
              .replace("uuid from", "uuid) from")
              .replace(/\)$/, "")
          : text,
        parameters,
      );
      if (result.code === null) expect([["null"], ["{}"], [""]]).toContainEqual(result.ids);
      else expect(result.code).toMatch(/^PT40[34]$/);
      expect(await (await createFingerprint(client))()).toBe(before);
    },
  );

  test.each([
    ["ex-member", "acme"],
    ["outsider", "acme"],
    ["rival owner", "acme"],
    ["owner", "beta"],
  ] as const)("%s gets nothing about %s", async (name, tenant) => {
    const tenantId = world.tenants[tenant];
    for (const [, text] of calls) {
      if (!text.includes("$1")) continue;
      expect((await call(name, text, [tenantId], tenantId)).code, text).toBe("PT404");
    }
    expect((await call(name, "select private.tenant_with('tenants.read')", [], tenantId)).ids).toEqual([
      "null",
    ]);
    const tenants = await call(name, "select unnest(private.tenants_with('tenants.read'))", [], tenantId);
    expect(tenants.ids).not.toContain(tenantId);
    const connection = await call(
      name,
      "select private.read_connection($1)",
      [world.databases[tenant]],
      tenantId,
    );
    expect(connection.code).toBe("PT404");
  });

  test.each(["create", "delete", "suspend", "resume"])(
    "the owner of a suspended tenant cannot ask for %s",
    async (kind) => {
      const { gamma } = world.tenants;
      const text = "select private.request_database_operation($1, $2, $3)";
      const result = await call(
        "suspended tenant's owner",
        text,
        [kind, gamma, world.databases.gamma],
        gamma,
      );
      expect(result).toMatchObject({ code: "PT403", message: "FORBIDDEN" });
      const read = await call(
        "suspended tenant's owner",
        "select private.read_connection($1)",
        [world.databases.gamma],
        gamma,
      );
      expect(read.code).toBe("PT403");
    },
  );
});
