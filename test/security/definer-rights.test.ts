import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Attempt, asCaller, attempt, connect, tryOut } from "../fixtures/security/sql-session.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type CallerName, createWorld, type World } from "../helpers/world.ts";

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

describe("rights of roles inside a tenant hold at every definer", () => {
  const members = ["viewer", "developer", "admin", "owner"] as const;
  const rights: [string, string, readonly (typeof members)[number][]][] = [
    ["set_tenant_suspended", "select private.set_tenant_suspended($1, true, 'x')", ["owner"]],
    [
      "request_database_operation",
      "select private.request_database_operation('create', $1, null, 'second')",
      ["admin", "owner"],
    ],
    [
      "read_connection",
      "select t.sealed from private.read_connection($1) t",
      ["developer", "admin", "owner"],
    ],
  ];
  test.each(
    rights.flatMap(([definer, text, allowed]) => members.map((name) => ({ definer, text, allowed, name }))),
  )("$definer as $name", async ({ definer, text, allowed, name }) => {
    const id = definer === "read_connection" ? world.databases.acme : world.tenants.acme;
    const result = await call(name, text, [id]);
    if (allowed.includes(name)) expect(result).toMatchObject({ code: null });
    else expect(result).toMatchObject({ code: "PT403", message: "FORBIDDEN" });
  });

  test("read_connection gives nothing without its audit row", async () => {
    await client.query(
      "alter table public.audit_logs add constraint broken check (action <> 'databases.connect') not valid",
    );
    try {
      const result = await call("owner", "select t.sealed from private.read_connection($1) t", [
        world.databases.acme,
      ]);
      expect(result).toMatchObject({ code: "23514", ids: [] });
      expect(result.message + result.detail).not.toContain("sealed-canary");
    } finally {
      await client.query("alter table public.audit_logs drop constraint broken");
    }
  });

  test("read_connection writes who read it, in the same transaction", async () => {
    const caller = world.callers.developer;
    await asCaller(client, caller, { headers: { "x-tenant-id": world.tenants.acme } }, async () => {
      await attempt(client, "select private.read_connection($1)", [world.databases.acme]);
      await client.query("reset role");
      const log = await client.query(
        "select actor_id, tenant_id, action_type from public.audit_logs where action = 'databases.connect' and resource_id = $1",
        [world.databases.acme],
      );
      expect(log.rows).toEqual([
        { actor_id: caller.person?.id, tenant_id: world.tenants.acme, action_type: "access" },
      ]);
    });
  });
});

describe("settings that a session may write itself", () => {
  test("gantry.* settings do not change who is written down, nor what is reached", async () => {
    const caller = world.callers.admin;
    const rival = world.callers["rival owner"].person?.id ?? "";
    await asCaller(client, caller, { headers: { "x-tenant-id": world.tenants.acme } }, async () => {
      await client.query(
        `select set_config('gantry.actor_id', $1, true), set_config('gantry.key_id', $1, true),
           set_config('gantry.key_tenant', $2, true)`,
        [rival, world.tenants.beta],
      );
      const key = "probe.smuggled";
      await attempt(client, "insert into public.settings (tenant_id, key, value) values ($1, $2, '1')", [
        world.tenants.acme,
        key,
      ]);
      const reached = await attempt(
        client,
        "select distinct tenant_id from public.settings where tenant_id is not null",
      );
      expect(reached.ids).toEqual([world.tenants.acme]);
      await client.query("reset role");
      const log = await client.query(
        `select actor_id from public.audit_logs
         where action = 'setting.created' and new_value ->> 'key' = $1`,
        [key],
      );
      expect(log.rows).toEqual([{ actor_id: caller.person?.id }]);
    });
  });

  test.each([
    ["request.jwt.claim.sub", "of the old form of claims"],
    ["request.jwt.claim", "of the old form of claims"],
    ["request.header.x_tenant_id", "of the old form of headers"],
    ["app.current_tenant", "that other systems read"],
    ["app.user_id", "that other systems read"],
  ])("%s, a setting %s, has no effect", async (setting) => {
    const caller = world.callers.outsider;
    await asCaller(client, caller, {}, async () => {
      for (const value of [world.callers.owner.person?.id, world.tenants.acme]) {
        await client.query("select set_config($1, $2, true)", [setting, value]);
        const rows = await attempt(client, "select tenant_id from public.tenants");
        expect(rows.ids).toEqual([caller.defaultTenantId]);
      }
    });
  });

  test("claims that are no JSON, or JSON of another shape, are an error or nobody; never somebody", async () => {
    const sub = world.callers.owner.person?.id ?? "";
    const shapes = [
      "{",
      "null",
      "[]",
      '"x"',
      "7",
      `["${sub}"]`,
      `{"sub":{"sub":"${sub}"},"role":"authenticated"}`,
      `{"role":["authenticated"],"sub":"${sub}"}`,
    ];
    for (const claims of shapes) {
      await client.query("begin");
      await client.query(
        "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)",
        [claims],
      );
      const rows = await attempt(client, "select tenant_id from public.tenants");
      await client.query("rollback");
      expect(rows.ids, claims).toEqual([]);
    }
  });

  test("request.headers of another shape are an error or no tenant; never the default", async () => {
    const shapes = [
      '{"x-tenant-id":null}',
      '{"x-tenant-id":["x"]}',
      '{"x-tenant-id":{}}',
      '{"x-tenant-id":7}',
      `{"x-tenant-id":["${world.tenants.acme}"]}`,
      "{",
    ];
    for (const headers of shapes) {
      const { viewer } = world.callers;
      await client.query("begin");
      await client.query(
        "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true), set_config('request.headers', $2, true)",
        [JSON.stringify(viewer.claims), headers],
      );
      const rows = await attempt(client, "select id from public.background_jobs");
      await client.query("rollback");
      expect(rows.ids, headers).toEqual([]);
    }
  });

  test("a session of the edge role can become the caller and the worker, and nobody else", async () => {
    const edge = await connect(database.edgeUrl);
    try {
      for (const role of [
        "postgres",
        "service_role",
        "gantry_definer",
        "supabase_admin",
        "supabase_auth_admin",
        "authenticator",
        "anon",
      ]) {
        await expect(edge.query(`set role ${role}`), role).rejects.toMatchObject({ code: "42501" });
      }
      // Outside a transaction that names a caller it has no right at all.
      for (const text of [
        "select 1 from public.settings",
        "select private.caller_id()",
        "select 1 from control_plane.tenants",
      ]) {
        await expect(edge.query(text), text).rejects.toMatchObject({ code: "42501" });
      }
    } finally {
      await edge.end();
    }
  });
});

describe("what only the worker may call", () => {
  test("record_audit refuses a secret in its metadata", async () => {
    const result = await call(
      "worker",
      `select private.record_audit($1, 'x', 'y', 'z', '{"deep":[{"api_key":"v"}]}')`,
      [world.tenants.acme],
    );
    expect(result.code).toBe("23514");
    expect(result.detail).not.toContain("api_key");
  });

  test("enqueue_job refuses a secret, a tenant that does not exist and a payload of 65 KB", async () => {
    const enqueue =
      "select private.enqueue_job(p_job_type => 'x', p_tenant_id => $1, p_payload => $2::jsonb)";
    expect((await call("worker", enqueue, [world.tenants.acme, '{"password":"x"}'])).code).toBe("23514");
    expect((await call("worker", enqueue, [randomId, "{}"])).code).toBe("23503");
    expect(
      (await call("worker", enqueue, [world.tenants.acme, JSON.stringify("x".repeat(65_600))])).code,
    ).toBe("23514");
  });

  test("purge_due_tenants takes no tenant whose week has not passed, and none with a live database", async () => {
    const { worker } = world.callers;
    await client.query("begin");
    await client.query(
      `update control_plane.tenants set status = 'inactive', deletion_scheduled_at = now() - interval '1 second' where tenant_id = $1`,
      [world.tenants.beta],
    );
    await client.query(
      `update control_plane.tenants set status = 'inactive', deletion_scheduled_at = now() + interval '1 second' where tenant_id = $1`,
      [world.tenants.acme],
    );
    await client.query("set local role gantry_worker");
    const result = await tryOut(client, worker, "select private.purge_due_tenants()", [], async () => {
      const left = await client.query("select from control_plane.tenants where tenant_id = any ($1)", [
        [world.tenants.acme, world.tenants.beta],
      ]);
      expect(left.rowCount).toBe(2);
    });
    await client.query("rollback");
    expect(result).toMatchObject({ code: null, ids: ["0"] });
  });

  test("acting_user_id writes down only people who exist, from the worker's setting", async () => {
    await client.query("begin");
    await client.query("set local role gantry_worker");
    await client.query("select set_config('gantry.actor_id', $1, true)", [randomId]);
    const job = await attempt(client, "select private.enqueue_job('x', $1, '{}')", [world.tenants.acme]);
    await client.query("reset role");
    const rows = await client.query("select requested_by from public.background_jobs where id = $1", [
      job.ids[0],
    ]);
    await client.query("rollback");
    expect(rows.rows).toEqual([{ requested_by: null }]);
  });

  test("ensure_audit_partitions makes partitions that are as closed as the first ones", async () => {
    await client.query("begin");
    await client.query("set local role gantry_worker");
    await client.query("select private.ensure_audit_partitions(14)");
    await client.query("reset role");
    const open = await client.query(
      `select c.relname from pg_catalog.pg_class c
       where c.relnamespace = 'partitions'::regnamespace and c.relkind = 'r'
         and (not c.relrowsecurity or not c.relforcerowsecurity
           or has_table_privilege('authenticated', c.oid, 'select, insert, update, delete, truncate, references, trigger')
           or has_table_privilege('anon', c.oid, 'select, insert, update, delete, truncate, references, trigger')
           or has_table_privilege('service_role', c.oid, 'select, insert, update, delete, truncate, references, trigger'))`,
    );
    await client.query("rollback");
    expect(open.rows).toEqual([]);
  });
});
