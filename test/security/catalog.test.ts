import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Attempt, asCaller, type Caller, connect, tryOut } from "../fixtures/security/sql-session.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type CallerName, callerNames, createWorld, type RoleName, type World } from "../helpers/world.ts";
import { type CatalogColumn, listColumns, listFunctions, listObjects } from "./catalog.ts";
import { type Executor, findExpectation, functions, objects } from "./expectations.ts";
import { permissionsOf, permissionsWhileSuspended } from "./expected-permissions.ts";

let database: TestDatabase;
let world: World;
let found: { objects: string[]; functions: string[]; columns: CatalogColumn[] };
const calls = new Map<string, Attempt>();

/** Calls a function with null for each argument; a refusal comes before anything runs. */
function toCall(name: string): string {
  const argumentTypes = name.slice(name.indexOf("(") + 1, -1);
  const nulls = argumentTypes === "" ? [] : argumentTypes.split(",").map((type) => `null::${type}`);
  return `select ${name.slice(0, name.indexOf("("))}(${nulls.join(", ")})`;
}

beforeAll(async () => {
  database = await createTestDatabase();
  world = await createWorld(database.adminUrl);
  const client = await connect(database.adminUrl);
  try {
    found = {
      objects: await listObjects(client),
      functions: await listFunctions(client),
      columns: await listColumns(client),
    };
    for (const name of callerNames) {
      await asCaller(client, world.callers[name], {}, async () => {
        for (const procedure of found.functions) {
          const call = await tryOut(client, world.callers[name], toCall(procedure));
          calls.set(`${procedure}|${name}`, call);
        }
      });
    }
  } finally {
    await client.end();
  }
}, 120_000);

afterAll(() => database?.drop());

async function tryAs(caller: Caller, text: string): Promise<Attempt> {
  const client = await connect(database.adminUrl);
  try {
    return await asCaller(client, caller, {}, () => tryOut(client, caller, text));
  } finally {
    await client.end();
  }
}

test("every table, view and sequence of the catalog has an expectation", () => {
  expect(found.objects.filter((name) => findExpectation(name) === undefined)).toEqual([]);
});

test("every expectation is about an object that exists", () => {
  expect(Object.keys(objects).filter((name) => !found.objects.includes(name))).toEqual([]);
});

test("every function of the catalog has an expectation, and none is exposed to the Data API", () => {
  expect(found.functions).toEqual(Object.keys(functions).sort());
  expect(found.functions.filter((name) => name.startsWith("public."))).toEqual([]);
});

describe.each(Object.entries(functions))("%s", (procedure, executors) => {
  test.each(callerNames)("%s executes it only if declared", (name: CallerName) => {
    const call = calls.get(`${procedure}|${name}`);
    const isAllowed = executors.includes(world.callers[name].role satisfies Executor);
    const isRefused = call?.code === "42501" && call.message.startsWith("permission denied for function");
    expect(isRefused).toBe(!isAllowed);
    // Another refusal would hide a right to execute.
    if (!isAllowed)
      expect(call?.message).toContain(procedure.slice(procedure.indexOf(".") + 1, procedure.indexOf("(")));
  });
});

describe.each(Object.entries(objects))("columns of %s", (object, expectation) => {
  const roles = ["anon", "authenticated", "service_role", "gantry_worker"] as const;

  async function readRights(role: string, right: string): Promise<string[]> {
    const client = await connect(database.adminUrl);
    try {
      const columns = found.columns.filter((column) => column.object === object).map((entry) => entry.column);
      const result = await client.query<{ column: string }>(
        `select c as column from unnest($2::text[]) c where has_column_privilege($1, $3, c, $4)`,
        [role, columns, object, right],
      );
      return result.rows.map((row) => row.column).sort();
    } finally {
      await client.end();
    }
  }

  function columnsOf(): string[] {
    return found.columns.filter((column) => column.object === object).map((entry) => entry.column);
  }

  test.each(roles)("%s selects only the declared columns", async (role) => {
    const hidden = expectation.hiddenColumns ?? [];
    const isVisible = role === "authenticated" && expectation.select.kind !== "nobody";
    const expected = isVisible ? columnsOf().filter((column) => !hidden.includes(column)) : [];
    const all = role === "gantry_worker" && expectation.worker ? columnsOf() : expected;
    expect(await readRights(role, "select")).toEqual([...all].sort());
  });

  test.each(roles)("%s updates only the declared columns", async (role) => {
    const declared = {
      authenticated: expectation.updatableColumns,
      gantry_worker: expectation.worker?.updatableColumns,
    };
    const isWhole = expectation.isUpdateNarrowedBelow && role === "authenticated";
    const listed = role === "anon" || role === "service_role" ? [] : (declared[role] ?? []);
    const expected = isWhole ? columnsOf() : listed;
    expect(await readRights(role, "update")).toEqual([...expected].sort());
  });

  test.each(roles)("%s inserts only the declared columns", async (role) => {
    const declared = {
      authenticated: expectation.insertableColumns,
      gantry_worker: expectation.worker?.insertableColumns,
    };
    const expected = role === "anon" || role === "service_role" ? [] : (declared[role] ?? []);
    expect(await readRights(role, "insert")).toEqual([...expected].sort());
  });

  test.each(roles)("%s cannot truncate, reference, trigger or maintain it", async (role) => {
    const client = await connect(database.adminUrl);
    try {
      const result = await client.query<{ has: boolean }>(
        `select has_table_privilege($1, $2, 'truncate, references, trigger, maintain') as has`,
        [role, object],
      );
      expect(result.rows[0]?.has).toBe(false);
    } finally {
      await client.end();
    }
  });
});

describe("case 10: a column that is not declared cannot be changed by a direct update", () => {
  const cases = Object.entries(objects).flatMap(([object, expectation]) =>
    (["viewer", "developer", "admin", "owner", "outsider", "worker"] as const).map((name) => ({
      object,
      name,
      expectation,
    })),
  );
  test.each(cases)("$object as $name", async ({ object, name, expectation }) => {
    const caller = world.callers[name];
    const declared = name === "worker" ? expectation.worker?.updatableColumns : expectation.updatableColumns;
    const client = await connect(database.adminUrl);
    try {
      await asCaller(client, caller, { headers: { "x-tenant-id": world.tenants.acme } }, async () => {
        for (const { object: owner, column } of found.columns) {
          if (owner !== object) continue;
          const result = await tryOut(client, caller, `update ${object} set ${column} = null where false`);
          if (declared?.includes(column)) expect(result, column).toMatchObject({ code: null, ids: [] });
          else
            expect(["42501", "0A000", "55000", "428C9"], `${column}: ${result.message}`).toContain(
              result.code,
            );
        }
      });
    } finally {
      await client.end();
    }
  });
});

test("case 28: no role of ours may write the schedule of pg_cron, nor has a schema of it been exposed", async () => {
  const client = await connect(database.adminUrl);
  try {
    const result = await client.query<{ schema: string }>(
      `select n.nspname as schema from pg_catalog.pg_namespace n
       cross join unnest(array['anon', 'authenticated', 'service_role', 'gantry_edge', 'gantry_worker']) r
       where n.nspname in ('cron', 'net', 'vault', 'pgmq', 'graphql_public') and has_schema_privilege(r, n.oid, 'usage')`,
    );
    expect(result.rows).toEqual([]);
  } finally {
    await client.end();
  }
});

test("no caller can make a table, a temporary one, a function, a schema or an operator", async () => {
  const attempts = [
    "create table public.mine (id int)",
    "create temporary table mine (id int)",
    "create function public.mine() returns int language sql as 'select 1'",
    "create function private.mine() returns int language sql as 'select 1'",
    "create schema mine",
    "create view public.mine as select 1",
    "create operator public.=== (leftarg = uuid, rightarg = uuid, function = pg_catalog.uuid_eq)",
    "create extension hstore",
    "copy public.roles to program 'true'",
    "select pg_catalog.pg_read_file('/etc/hostname')",
  ];
  for (const name of ["anon", "owner", "worker", "service role"] as const) {
    for (const text of attempts) {
      const result = await tryAs(world.callers[name], text);
      expect(result.code, `${name}: ${text}`).toBe("42501");
    }
  }
});

test("no login role and no API role bypasses row security but the platform's own", async () => {
  const client = await connect(database.adminUrl);
  try {
    const result = await client.query<{ rolname: string }>(
      `select rolname from pg_catalog.pg_roles
       where (rolbypassrls or rolsuper) and rolname not in ('supabase_admin', 'postgres', 'service_role')`,
    );
    expect(result.rows).toEqual([]);
  } finally {
    await client.end();
  }
});

test("case 17: a published table tells subscribers of a delete nothing but the key", async () => {
  const client = await connect(database.adminUrl);
  try {
    const result = await client.query<{ name: string; identity: string }>(
      `select p.schemaname || '.' || p.tablename as name, c.relreplident as identity
       from pg_catalog.pg_publication_tables p
       join pg_catalog.pg_class c on c.oid = (p.schemaname || '.' || p.tablename)::regclass
       where p.pubname = 'supabase_realtime' order by 1`,
    );
    expect(result.rows).toEqual([
      { name: "public.background_jobs", identity: "d" },
      { name: "public.provisioning_operations", identity: "d" },
    ]);
  } finally {
    await client.end();
  }
});

test("roles hold exactly the declared permissions, and only the declared ones work while suspended", async () => {
  const client = await connect(database.adminUrl);
  try {
    const held = await client.query<{ role: RoleName; permissions: string[]; suspended: string[] }>(
      `select role, array_agg(permission order by permission) as permissions,
         coalesce(array_agg(permission order by permission) filter (where works_while_suspended), '{}') as suspended
       from public.role_permissions group by role`,
    );
    for (const { role, permissions, suspended } of held.rows) {
      expect(permissions, role).toEqual([...permissionsOf[role]].sort());
      const declared = permissionsOf[role].filter((name) => permissionsWhileSuspended.includes(name));
      expect(suspended, role).toEqual([...declared].sort());
    }
    expect(held.rows).toHaveLength(4);
  } finally {
    await client.end();
  }
});
