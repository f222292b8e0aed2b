import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asCaller, type Caller, connect, tryOut } from "../fixtures/security/sql-session.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type RestReply, type RestServer, startRestServer } from "../helpers/postgrest.ts";
import { type CallerName, createWorld, type World } from "../helpers/world.ts";

let database: TestDatabase;
let rest: RestServer;
let world: World;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  world = await createWorld(database.adminUrl);
  client = await connect(database.adminUrl);
  rest = await startRestServer(database.authenticatorUrl);
  // A hidden value beside every visible one.
  await client.query(
    "update control_plane.tenants set suspended_reason = null, display_name = 'hidden-canary' where tenant_id = $1",
    [world.tenants.beta],
  );
}, 120_000);

afterAll(async () => {
  await rest?.stop();
  await client?.end();
  await database?.drop();
});

async function send(
  name: CallerName,
  path: string,
  method: string,
  body: unknown,
  prefer = "",
): Promise<RestReply> {
  const { claims } = world.callers[name];
  return await rest.request(path, {
    method,
    token: await rest.signToken({ ...claims }),
    headers: { "x-tenant-id": world.tenants.acme, ...(prefer && { prefer }) },
    body,
  });
}

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly details: string | null;
  readonly hint: string | null;
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** Everything in the answer that looks like data must have come with the request. */
function expectNoLeak(reply: RestReply, sent: string): void {
  const text = reply.text;
  expect(text).not.toContain("canary");
  expect(text).not.toMatch(/Failing row/);
  expect(text).not.toMatch(/\d{4}-\d{2}-\d{2}[ T]\d{2}:/);
  for (const id of text.match(uuid) ?? []) expect(sent).toContain(id);
  expect((reply.json as Problem).hint).toBeNull();
}

/** Twelve kinds of constraints, as PATCH or POST of somebody who may write, so that only the constraint refuses. */
const violations: [string, string, string, unknown][] = [
  ["check: pattern of a key", "POST", "/settings", { key: "NOT A KEY", value: 1 }],
  ["check: length of a key", "POST", "/settings", { key: `a${"b".repeat(300)}`, value: 1 }],
  ["check: size of a value", "POST", "/settings", { key: "probe.size", value: "x".repeat(70_000) }],
  ["check: a secret in a value", "POST", "/settings", { key: "probe.secret", value: { password: "mine" } }],
  ["not null", "POST", "/settings", { key: "probe.null" }],
  ["not null on update", "PATCH", "/settings?key=eq.world.setting_0", { key: null }],
  ["unique within the tenant", "POST", "/settings", { key: "world.setting_0", value: 1 }],
  ["unique partial index", "PATCH", "/environment_types?tenant_id=not.is.null", { is_default: true }],
  ["check: characters of a name", "POST", "/environment_types", { name: "a\u0001b", slug: "probe" }],
  ["check: pattern of a slug", "PATCH", "/environment_types?slug=eq.world-0", { slug: "Not A Slug" }],
  ["foreign key", "PATCH", "/memberships?role=eq.viewer", { role: "emperor" }],
  ["check on one's own row", "PATCH", "/users?full_name=eq.owner", { full_name: "" }],
  ["wrong type", "POST", "/environment_types", { name: "x", slug: "x", is_default: "perhaps" }],
  ["NUL in a text", "POST", "/environment_types", { name: "a\u0000b", slug: "x" }],
  ["unknown column", "POST", "/settings", { key: "a.b", value: 1, created_by: "me" }],
  [
    "a hidden column",
    "POST",
    "/settings",
    { key: "a.b", value: 1, id: "11111111-2222-4333-8444-555555555555" },
  ],
];

describe("case 19: a violated constraint tells nothing that was not in the request", () => {
  test.each(violations)("%s", async (_name, method, path, body) => {
    for (const caller of ["owner", "admin", "developer", "viewer", "outsider", "ex-member"] as const) {
      const full = method === "POST" ? { tenant_id: world.tenants.acme, ...(body as object) } : body;
      const reply = await send(caller, path, method, full);
      const isWriter = caller === "owner" || caller === "admin";
      if (isWriter && path !== "/users?full_name=eq.owner") expect(reply.status).toBeGreaterThanOrEqual(400);
      expect(reply.status).toBeLessThan(500);
      if (reply.status >= 400) expectNoLeak(reply, JSON.stringify(full));
    }
  });

  test("of the columns of another tenant's row nothing shows up in any refusal", async () => {
    const bodies = [
      { tenant_id: world.tenants.beta, key: "world.setting_0", value: 1 },
      { tenant_id: world.tenants.beta, key: "NOT A KEY", value: 1 },
      { tenant_id: world.tenants.beta, key: "probe.secret", value: { password: "x" } },
      { tenant_id: world.tenants.beta, key: null, value: 1 },
      { tenant_id: "11111111-2222-4333-8444-555555555555", key: "world.setting_0", value: 1 },
    ];
    const replies = [];
    for (const body of bodies) {
      const reply = await send("owner", "/settings", "POST", body, "return=representation");
      expectNoLeak(reply, JSON.stringify(body));
      replies.push({ status: reply.status, json: reply.json });
    }
    // The same refusal whether the row exists, is malformed or belongs to no tenant at all.
    expect(new Set(replies.map((reply) => JSON.stringify(reply)))).toHaveProperty("size", 1);
    expect(replies[0]?.status).toBe(403);
  });
});

describe("A4.9 and A4.11: missing and foreign look the same", () => {
  const filters: [string, (id: string) => string, "GET" | "PATCH" | "DELETE", unknown][] = [
    ["GET by id", (id) => `/settings?id=eq.${id}`, "GET", undefined],
    ["PATCH by id", (id) => `/settings?id=eq.${id}`, "PATCH", { value: 2 }],
    ["DELETE by id", (id) => `/settings?id=eq.${id}`, "DELETE", undefined],
    ["a single object by id", (id) => `/settings?id=eq.${id}&select=id`, "GET", undefined],
    ["PATCH of a membership", (id) => `/memberships?id=eq.${id}`, "PATCH", { role: "viewer" }],
    ["DELETE of a membership", (id) => `/memberships?id=eq.${id}`, "DELETE", undefined],
  ];
  test.each(filters)("%s", async (_name, toPath, method, body) => {
    const table = toPath("x").startsWith("/settings") ? "public.settings" : "public.memberships";
    const foreign = await client.query<{ id: string }>(
      `select id from ${table} where tenant_id = $1 limit 1`,
      [world.tenants.beta],
    );
    const missing = "11111111-2222-4333-8444-555555555555";
    for (const prefer of ["", "return=representation", "count=exact"]) {
      const answers = [];
      for (const id of [foreign.rows[0]?.id ?? "", missing]) {
        const reply = await send("owner", toPath(id), method, body, prefer);
        answers.push({
          status: reply.status,
          text: reply.text,
          range: reply.headers.get("content-range"),
        });
      }
      expect(answers[0]).toEqual(answers[1]);
    }
  });

  test("how long a look-up takes does not tell a foreign row from a missing one", async () => {
    const foreign = await client.query<{ id: string }>(
      "select id from public.settings where tenant_id = $1 limit 1",
      [world.tenants.beta],
    );
    const ids = [foreign.rows[0]?.id ?? "", "11111111-2222-4333-8444-555555555555"];
    const caller: Caller = world.callers.owner;
    const times: [number[], number[]] = [[], []];
    await asCaller(client, caller, { headers: { "x-tenant-id": world.tenants.acme } }, async () => {
      for (let round = 0; round < 2_000; round += 1) {
        const which = round % 2 === 0 ? 0 : 1;
        const start = performance.now();
        await client.query("select id from public.settings where id = $1", [ids[which]]);
        times[which].push(performance.now() - start);
      }
    });
    const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
    expect(Math.abs(median(times[0]) - median(times[1]))).toBeLessThan(1);
  }, 30_000);
});

test.each(["planned", "estimated", "exact"])(
  "A3.8: count=%s does not tell how many rows another tenant has",
  async (kind) => {
    await client.query("set session_replication_role = replica");
    await client.query(
      `insert into public.settings (tenant_id, key, value)
     select $1, 'big.s' || i, '1' from generate_series(1, 20000) i on conflict do nothing`,
      [world.tenants.beta],
    );
    await client.query("set session_replication_role = origin");
    await client.query("analyze public.settings");
    const count = async (id: string) => {
      const reply = await send(
        "owner",
        `/settings?select=id&tenant_id=eq.${id}`,
        "GET",
        undefined,
        `count=${kind}`,
      );
      return { status: reply.status, range: reply.headers.get("content-range") };
    };
    expect(await count(world.tenants.beta)).toEqual(await count("11111111-2222-4333-8444-555555555555"));
  },
);

describe("names that are unique across tenants", () => {
  test("a taken tenant name gets one constant answer, whoever has it", async () => {
    const names = await client.query<{ name: string }>(
      "select name from control_plane.tenants where tenant_id = any ($1)",
      [[world.tenants.beta, world.tenants.gamma]],
    );
    const answers = [];
    for (const { name } of names.rows) {
      const caller = world.callers.outsider;
      const answer = await asCaller(client, caller, {}, () =>
        tryOut(client, caller, "select private.create_tenant($1, null, null)", [name]),
      );
      answers.push(answer);
    }
    expect(answers[0]).toMatchObject({ code: "PT409", message: "TENANT_NAME_TAKEN", detail: "" });
    expect(answers[1]).toEqual(answers[0]);
  });

  test.each([
    "personal-x",
    "Personal",
    "a b",
    "",
    "-a",
    "a-",
    "\u0000".slice(1),
    "ſ",
    "ä",
    "a".repeat(300),
    "a\u202eb",
  ])("the tenant name %j is refused without a trace of the row", async (name) => {
    const caller = world.callers.outsider;
    const answer = await asCaller(client, caller, {}, () =>
      tryOut(client, caller, "select private.create_tenant($1, null, null)", [name]),
    );
    expect(answer.code).toBe("23514");
    expect(answer.detail).toBe("");
  });

  test("nobody can occupy the slug that a person's personal tenant will need", async () => {
    const caller = world.callers.outsider;
    const id = "11111111-2222-4333-8444-555555555555";
    const created = await asCaller(client, caller, {}, () =>
      tryOut(client, caller, "select private.create_tenant($1, null, null)", [`personal_${id}`]),
    );
    const renamed = await asCaller(client, caller, {}, () =>
      tryOut(
        client,
        caller,
        "update control_plane.tenants set slug = $1 where personal_user_id is not null returning tenant_id",
        [`personal-${id}`],
      ),
    );
    expect([created.code, renamed.code]).toEqual(["23514", "23514"]);
  });
});

describe("case 21: a page is honest", () => {
  beforeAll(async () => {
    await client.query("set session_replication_role = replica");
    await client.query(
      `insert into public.settings (tenant_id, key, value) select $1, 'page.s' || n, '1' from generate_series(1, 2500) n`,
      [world.tenants.acme],
    );
    await client.query("set session_replication_role = origin");
  });

  test("1,000 rows at most come at once, the count says there are more, and pages bring all of them", async () => {
    const first = await send(
      "viewer",
      "/settings?select=id&key=like.page.*&order=id",
      "GET",
      undefined,
      "count=exact",
    );
    expect(first.status).toBe(206);
    expect(first.headers.get("content-range")).toBe("0-999/2500");
    const ids = new Set<string>();
    let last = "00000000-0000-0000-0000-000000000000";
    for (;;) {
      const page = await send(
        "viewer",
        `/settings?select=id&key=like.page.*&order=id&id=gt.${last}`,
        "GET",
        undefined,
      );
      const rows = page.json as { id: string }[];
      for (const row of rows) ids.add(row.id);
      last = rows.at(-1)?.id ?? last;
      if (rows.length < 1000) break;
    }
    expect(ids.size).toBe(2500);
  });

  test("a larger limit is cut to 1,000, never more", async () => {
    const reply = await send("viewer", "/settings?select=id&key=like.page.*&limit=5000", "GET", undefined);
    expect(reply.json).toHaveLength(1000);
  });
});
