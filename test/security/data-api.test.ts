import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, withClient } from "../fixtures/security/sql-session.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type RestReply, type RestServer, startRestServer } from "../helpers/postgrest.ts";
import { type CallerName, createWorld, type World } from "../helpers/world.ts";
import { createFingerprint, readRows } from "./catalog.ts";
import { type ObjectExpectation, objects, type Reach } from "./expectations.ts";
import { findActiveTenant, isReached, type RowFacts } from "./expected-rows.ts";
import { findTenantId, type Header, headers } from "./run-matrix.ts";

/** Everybody who can come through the Data API; the worker cannot. */
const callers = [
  "anon",
  "outsider",
  "viewer",
  "developer",
  "admin",
  "owner",
  "rival owner",
  "ex-member",
  "suspended tenant's owner",
  "anonymous sign-in",
  "deactivated admin",
  "deleted admin",
  "service role",
] as const satisfies readonly CallerName[];

const exposed = Object.entries(objects).filter(([name]) => name.startsWith("public."));
const unexposed = Object.keys(objects).filter((name) => !name.startsWith("public."));

let database: TestDatabase;
let rest: RestServer;
let world: World;
const rowsOf = new Map<string, readonly RowFacts[]>();
const tokens = new Map<CallerName, string | null>();

beforeAll(async () => {
  database = await createTestDatabase();
  world = await createWorld(database.adminUrl);
  await withClient(database.adminUrl, async (client) => {
    for (const [object, expectation] of Object.entries(objects)) {
      rowsOf.set(object, await readRows(client, object, expectation));
    }
  });
  rest = await startRestServer(database.authenticatorUrl);
  for (const name of callers) {
    const { claims } = world.callers[name];
    tokens.set(name, name === "anon" || claims === null ? null : await rest.signToken(claims));
  }
}, 120_000);

afterAll(async () => {
  await rest?.stop();
  await database?.drop();
});

function requestAs(
  name: CallerName,
  header: Header,
  path: string,
  rest_: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
): Promise<RestReply> {
  const tenantId = findTenantId(world, header);
  return rest.request(path, {
    ...rest_,
    token: tokens.get(name) ?? null,
    headers: { ...(tenantId === null ? {} : { "x-tenant-id": tenantId }), ...rest_.headers },
  });
}

function expectedKeys(object: string, reach: Reach, name: CallerName, header: Header): string[] {
  const caller = world.callers[name];
  const active = findActiveTenant(caller, findTenantId(world, header));
  return (rowsOf.get(object) ?? [])
    .filter((row) => isReached(world, reach, caller, active, row))
    .map((row) => row.key)
    .sort();
}

/** The declared key as PostgREST selects it: its columns, joined again here. */
function keyColumns(expectation: ObjectExpectation): string[] {
  return expectation.key.split(" || ' ' || ");
}

function toKeys(reply: RestReply, expectation: ObjectExpectation): string[] {
  const rows = reply.json as Record<string, unknown>[];
  return rows
    .map((row) =>
      keyColumns(expectation)
        .map((column) => String(row[column]))
        .join(" "),
    )
    .sort();
}

function isSignedIn(name: CallerName): boolean {
  return world.callers[name].role === "authenticated";
}

describe.each(exposed)("%s through PostgREST", (object, expectation) => {
  const table = object.slice("public.".length);
  const select = keyColumns(expectation).join(",");

  describe.each(callers)("%s", (name) => {
    test.each(headers)("acting in %s: GET returns exactly the declared rows", async (header) => {
      const reply = await requestAs(name, header, `/${table}?select=${select}`);
      if (!isSignedIn(name)) {
        expect(reply.status).toBe(name === "anon" ? 401 : 403);
        expect(reply.json).toMatchObject({ code: "42501" });
        return;
      }
      expect(reply.status).toBe(200);
      expect(toKeys(reply, expectation)).toEqual(expectedKeys(object, expectation.select, name, header));
    });

    test("acting in acme: HEAD with count=exact counts the same rows and no others", async () => {
      const reply = await requestAs(name, "acme", `/${table}?select=${select}`, {
        method: "HEAD",
        headers: { prefer: "count=exact" },
      });
      const total = reply.headers.get("content-range")?.split("/")[1];
      if (isSignedIn(name)) {
        expect(total).toBe(String(expectedKeys(object, expectation.select, name, "acme").length));
      } else expect([401, 403]).toContain(reply.status);
    });

    test("acting in acme: CSV holds the same rows and no others", async () => {
      const reply = await requestAs(name, "acme", `/${table}?select=${select}`, {
        headers: { accept: "text/csv" },
      });
      if (!isSignedIn(name)) return expect([401, 403]).toContain(reply.status);
      const lines = reply.text.split("\n").slice(1).filter(Boolean);
      expect(lines.map((line) => line.replaceAll(",", " ")).sort()).toEqual(
        expectedKeys(object, expectation.select, name, "acme"),
      );
    });

    test("acting in acme: or=, not. and a filter by the foreign tenant bring no other row", async () => {
      if (!isSignedIn(name)) return;
      const own = expectedKeys(object, expectation.select, name, "acme");
      const first = keyColumns(expectation)[0] ?? "";
      for (const filter of [`or=(${first}.not.is.null,${first}.is.null)`, `not.and=(${first}.is.null)`]) {
        const reply = await requestAs(name, "acme", `/${table}?select=${select}&${filter}`);
        expect(toKeys(reply, expectation), filter).toEqual(own);
      }
      if (expectation.tenant !== "tenant_id") return;
      const foreign = await requestAs(
        name,
        "acme",
        `/${table}?select=${select}&tenant_id=eq.${world.tenants.beta}`,
      );
      const visible = new Set(own);
      const expected = (rowsOf.get(object) ?? []).filter(
        (row) => row.tenantId === world.tenants.beta && visible.has(row.key),
      );
      expect(toKeys(foreign, expectation)).toEqual(expected.map((row) => row.key).sort());
    });
  });
});

describe("writes through PostgREST", () => {
  const writes = exposed.flatMap(([object, expectation]) =>
    callers.map((name) => ({ table: object.slice("public.".length), object, expectation, name })),
  );

  test.each(writes)(
    "$object: $name writes no row of another tenant",
    async ({ table, expectation, name }) => {
      const column = expectation.updatableColumns?.[0] ?? keyColumns(expectation)[0] ?? "";
      const filter =
        expectation.tenant === "tenant_id"
          ? `tenant_id=eq.${world.tenants.beta}`
          : `${expectation.person ?? keyColumns(expectation)[0]}=neq.${world.callers[name].person?.id ?? "00000000-0000-4000-8000-000000000000"}`;
      const client = await connect(database.adminUrl);
      try {
        const readFingerprint = await createFingerprint(client);
        const before = await readFingerprint();
        if (name === "rival owner") return;
        const replies = [
          await requestAs(name, "acme", `/${table}?${filter}`, { method: "PATCH", body: { [column]: "x" } }),
          await requestAs(name, "beta", `/${table}?${filter}`, { method: "PATCH", body: { [column]: "x" } }),
          await requestAs(name, "acme", `/${table}?${filter}`, { method: "DELETE" }),
          await requestAs(name, "beta", `/${table}?${filter}`, { method: "DELETE" }),
          await requestAs(name, "beta", `/${table}`, { method: "POST", body: {} }),
          await requestAs(name, "acme", `/${table}`, {
            method: "POST",
            body: { tenant_id: world.tenants.beta, key: "probe", value: 1, name: "Probe", slug: "probe" },
          }),
        ];
        for (const reply of replies) {
          expect([204, 400, 401, 403]).toContain(reply.status);
          expect(reply.text).not.toContain(world.tenants.beta);
        }
        expect(await readFingerprint()).toBe(before);
      } finally {
        await client.end();
      }
    },
  );

  test("case 12: an upsert on another tenant's key is refused just as on a free one", async () => {
    const post = (key: string) =>
      requestAs("admin", "acme", "/settings?on_conflict=tenant_id,key", {
        method: "POST",
        headers: { prefer: "resolution=merge-duplicates,return=representation" },
        body: { tenant_id: world.tenants.beta, key, value: 2 },
      });
    const taken = await post("world.setting_0");
    const free = await post("world.free");
    expect(taken.status).toBe(403);
    expect(taken.json).toEqual(free.json);
  });

  test.each(["settings", "environment_types"])(
    "case 12: whoever may write %s can upsert, with and without an existing row, and get the row back",
    async (table) => {
      const row =
        table === "settings" ? { key: "probe.upsert", value: 1 } : { name: "Upsert", slug: "upsert" };
      const conflict = table === "settings" ? "tenant_id,key" : "tenant_id,slug";
      const client = rest.createClient(tokens.get("admin") ?? "", world.tenants.acme);
      for (let round = 0; round < 2; round += 1) {
        const { data, error } = await client
          .from(table)
          .upsert({ tenant_id: world.tenants.acme, ...row }, { onConflict: conflict })
          .select();
        expect(error).toBeNull();
        expect(data).toHaveLength(1);
      }
      for (const name of ["viewer", "developer", "outsider", "ex-member"] as const) {
        const refused = await rest
          .createClient(tokens.get(name) ?? "", world.tenants.acme)
          .from(table)
          .upsert({ tenant_id: world.tenants.acme, ...row }, { onConflict: conflict });
        expect(refused.status, name).toBe(403);
      }
      const removed = await client
        .from(table)
        .delete()
        .eq("tenant_id", world.tenants.acme)
        .match(row)
        .select();
      expect(removed.data).toHaveLength(1);
    },
  );

  test("an admin can rename the tenant through the view, and nobody below", async () => {
    const rename = async (name: CallerName) =>
      await rest
        .createClient(tokens.get(name) ?? "", world.tenants.acme)
        .from("tenants")
        .update({ display_name: `Acme by ${name}` })
        .eq("tenant_id", world.tenants.acme)
        .select("display_name");
    for (const name of ["viewer", "developer", "outsider", "rival owner", "ex-member"] as const) {
      expect((await rename(name)).data, name).toEqual([]);
    }
    expect((await rename("admin")).data).toEqual([{ display_name: "Acme by admin" }]);
  });
});

describe("what the Data API does not offer", () => {
  test.each(unexposed)("%s is not there, by name or by profile", async (object) => {
    const [schema = "", table = ""] = object.split(".");
    for (const name of ["anon", "outsider", "owner", "service role"] as const) {
      const profiled = await requestAs(name, "none", `/${table}`, { headers: { "accept-profile": schema } });
      expect(profiled.status).toBe(406);
      expect(profiled.json).toMatchObject({ code: "PGRST106" });
      expect(profiled.text).not.toContain(schema);
      const written = await requestAs(name, "none", `/${table}`, {
        method: "POST",
        headers: { "content-profile": schema },
        body: {},
      });
      expect(written.status).toBe(406);
    }
  });

  test("case 20: no near miss of a private function's name is hinted at, whoever asks", async () => {
    const names = [
      "tenant_with",
      "tenants_with",
      "tenant_wih",
      "caller_id",
      "create_tenant",
      "create_tennant",
      "delete_account",
      "read_connection",
      "read_conection",
      "register_user",
      "write_audit",
      "set_config",
      "pg_read_file",
      "pre_request",
      "raise_problem",
      "purge_due_tenants",
      "private.create_tenant",
      "auth.uid",
      "digest",
      "pg_stat_statements_reset",
    ];
    for (const caller of ["anon", "outsider", "owner", "service role"] as const) {
      for (const name of names.flatMap((base) => [base, `${base}s`, base.slice(1), base.slice(0, -1)])) {
        const reply = await requestAs(caller, "none", `/rpc/${name}`, { method: "POST", body: {} });
        expect(reply.status, name).toBe(404);
        expect(reply.json).toMatchObject({ code: "PGRST202", hint: null });
      }
    }
  });

  test("no near miss of a hidden table's name is hinted at, whoever asks", async () => {
    const names = [
      "tenant_data_keys",
      "provisioning_target",
      "system_config",
      "signup_repairs",
      "audit_columns",
    ];
    for (const caller of ["anon", "outsider", "owner"] as const) {
      for (const name of names) {
        const reply = await requestAs(caller, "none", `/${name}`);
        expect(reply.status).toBe(404);
        expect(reply.text.replace(name, "")).not.toMatch(/tenant_data|targets|repairs|control_plane|private/);
      }
    }
  });

  test.each(["none", "acme"] as const)("acting in %s: the plan of a query is not shown", async (header) => {
    for (const accept of [
      "application/vnd.pgrst.plan",
      "application/vnd.pgrst.plan+json; options=analyze|verbose",
    ]) {
      const reply = await requestAs("owner", header, "/settings", { headers: { accept } });
      expect(reply.status).toBe(415);
      expect(reply.text).not.toMatch(/Scan|Plan|cost/);
    }
  });

  test("the description at / names nothing that the caller cannot reach", async () => {
    const anonymous = await requestAs("anon", "none", "/");
    expect(anonymous.text).not.toMatch(/tenant|member|settings|audit/i);
    const owner = await requestAs("owner", "acme", "/");
    expect(owner.text).not.toMatch(
      /data_keys|signup_repairs|connection_string|system_config|provisioning_targets|rpc/,
    );
  });

  test("OPTIONS tells nothing about rows and needs no secret", async () => {
    const reply = await requestAs("outsider", "none", "/settings", { method: "OPTIONS" });
    expect(reply.status).toBe(200);
    expect(reply.text).toBe("");
  });
});

describe("embedding", () => {
  const embeddings = [
    "/memberships?select=id,tenants(tenant_id,name)",
    "/memberships?select=id,user:users!memberships_user_id_fkey(id,email)",
    "/users?select=id,memberships!memberships_user_id_fkey(id,tenant_id,role)",
    "/tenants?select=tenant_id,memberships(id,user_id),settings(id,tenant_id),environment_types(id)",
    "/tenants?select=tenant_id,tenant_databases(id),background_jobs(id,tenant_id)",
    "/tenant_databases?select=id,tenants(name),provisioning_operations(id,tenant_id)",
    "/provisioning_operations?select=id,tenant_databases(id,tenant_id),users(id,email)",
    "/roles?select=name,memberships!inner(id,tenant_id,user_id)",
    "/roles?select=name,role_permissions(permission),memberships(user_id,tenants(name,settings(key,value)))",
    "/permissions?select=name,role_permissions(role,roles(memberships(id,tenant_id)))",
  ];

  test.each(embeddings)("%s shows an outsider nothing of acme or beta", async (path) => {
    const reply = await requestAs("outsider", "acme", path);
    expect([200, 300, 400]).toContain(reply.status);
    for (const id of [world.tenants.acme, world.tenants.beta, world.callers.owner.person?.id ?? "-"]) {
      expect(reply.text).not.toContain(id);
    }
  });

  test.each(embeddings)("%s shows acme's owner nothing of beta", async (path) => {
    const reply = await requestAs("owner", "acme", path);
    for (const id of [
      world.tenants.beta,
      world.callers["rival owner"].person?.id ?? "-",
      world.databases.beta,
    ]) {
      expect(reply.text).not.toContain(id);
    }
  });

  test("aggregates over rows are off", async () => {
    const reply = await requestAs("owner", "acme", "/settings?select=id.count()");
    expect(reply.status).toBe(400);
  });
});
