import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type RestServer, startRestServer } from "../helpers/postgrest.ts";
import { type CallerName, createWorld, type World, type WorldCaller } from "../helpers/world.ts";

let database: TestDatabase;
let rest: RestServer;
let world: World;

beforeAll(async () => {
  database = await createTestDatabase();
  world = await createWorld(database.adminUrl);
  rest = await startRestServer(database.authenticatorUrl);
}, 120_000);

afterAll(async () => {
  await rest?.stop();
  await database?.drop();
});

function claimsOf(name: CallerName): Record<string, unknown> {
  return { ...(world.callers[name] satisfies WorldCaller).claims };
}

function sign(claims: Record<string, unknown>, secret = rest.jwtSecret, alg = "HS256"): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg, typ: "JWT" }).sign(new TextEncoder().encode(secret));
}

/** The tenants whose settings a request of the viewer (default: acme) reads. */
async function readTenants(headers: Record<string, string>): Promise<string[]> {
  const token = await sign(claimsOf("viewer"));
  const reply = await rest.request("/settings?select=tenant_id&tenant_id=not.is.null", { token, headers });
  expect(reply.status).toBe(200);
  return [...new Set((reply.json as { tenant_id: string }[]).map((row) => row.tenant_id))];
}

describe("the header x-tenant-id", () => {
  test("absent: the person's default tenant", async () => {
    expect(await readTenants({})).toEqual([world.tenants.acme]);
  });

  test.each(["X-Tenant-Id", "X-TENANT-ID", "x-tenant-id"])("%s is the same header", async (name) => {
    expect(await readTenants({ [name]: world.tenants.acme })).toEqual([world.tenants.acme]);
    expect(await readTenants({ [name]: world.tenants.beta })).toEqual([]);
  });

  test("an upper-case uuid names the same tenant", async () => {
    expect(await readTenants({ "x-tenant-id": world.tenants.acme.toUpperCase() })).toEqual([
      world.tenants.acme,
    ]);
  });

  const malformed = [
    "",
    " ",
    "null",
    "*",
    "acme",
    "0",
    "11111111-2222-4333-8444-55555555555",
    "11111111-2222-4333-8444-5555555555555",
    "' or true --",
    "{}",
    "[]",
    "%00",
    "a".repeat(4000),
  ];
  test.each(malformed)("malformed (%j) means no tenant, never the default", async (value) => {
    expect(await readTenants({ "x-tenant-id": value })).toEqual([]);
  });

  test.each(["beta", "gamma"] as const)(
    "the foreign tenant %s means no tenant, never the default",
    async (name) => {
      expect(await readTenants({ "x-tenant-id": world.tenants[name] })).toEqual([]);
    },
  );

  test("two values in one line mean no tenant, in whatever order and even if they are equal", async () => {
    const { acme, beta } = world.tenants;
    for (const value of [
      `${acme}, ${beta}`,
      `${beta}, ${acme}`,
      `${acme},${acme}`,
      `${acme}, `,
      `, ${acme}`,
    ]) {
      expect(await readTenants({ "x-tenant-id": value }), value).toEqual([]);
    }
  });

  test("two header lines never reach a tenant the caller is not in", async () => {
    const token = await sign(claimsOf("viewer"));
    const { acme, beta } = world.tenants;
    for (const pair of [
      [acme, beta],
      [beta, acme],
      [beta, beta],
    ]) {
      const lines = pair.map((id) => `x-tenant-id: ${id}`);
      const reply = await rest.sendRaw("/settings?select=tenant_id", [
        `authorization: Bearer ${token}`,
        ...lines,
      ]);
      expect(reply.status).toBe(200);
      expect(reply.body).not.toContain(beta);
    }
  });

  test("names that only look like settings have no effect", async () => {
    const headers = {
      role: "service_role",
      "request.jwt.claims": JSON.stringify(claimsOf("owner")),
      "gantry.actor_id": world.callers.owner.person?.id ?? "",
      "gantry.key_tenant": world.tenants.beta,
      "x-gantry-tenant": world.tenants.beta,
      x_tenant_id: world.tenants.beta,
    };
    expect(await readTenants(headers)).toEqual([world.tenants.acme]);
  });
});

describe("credentials that are not accepted are refused, never ignored", () => {
  test.each(["x-api-key", "X-Api-Key", "x-impersonation-session", "X-IMPERSONATION-SESSION"])(
    "%s beside a valid token, beside none, and empty: 401",
    async (header) => {
      for (const token of [await sign(claimsOf("owner")), null]) {
        for (const value of ["gk_live_0123456789_abcdef", ""]) {
          const reply = await rest.request("/settings", { token, headers: { [header]: value } });
          expect(reply.status).toBe(401);
          expect(reply.json).toMatchObject({ message: "CREDENTIAL_INVALID" });
        }
      }
    },
  );

  test("gantry.* settings of one request are gone in the next, whoever sets them", async () => {
    const token = await sign(claimsOf("admin"));
    const patch = await rest.request("/settings?key=eq.world.setting_0", {
      method: "PATCH",
      token,
      headers: {
        "x-tenant-id": world.tenants.acme,
        "user-agent": "probe-agent",
        "x-forwarded-for": "1.2.3.4, 9.9.9.9",
      },
      body: { value: 7 },
    });
    expect(patch.status).toBe(204);
    const second = await rest.request("/settings?key=eq.world.setting_0", {
      method: "PATCH",
      token,
      headers: { "x-tenant-id": world.tenants.acme, "user-agent": "", "x-forwarded-for": "not an address" },
      body: { value: 8 },
    });
    expect(second.text).toBe("");
    expect(second.status).toBe(204);
    const log = await rest.request(
      "/audit_logs?select=ip_address,user_agent,actor_id&resource_type=eq.setting&action=eq.setting.updated&order=created_at.desc&limit=2",
      { token, headers: { "x-tenant-id": world.tenants.acme } },
    );
    const actor = world.callers.admin.person?.id;
    expect(log.json).toEqual([
      { ip_address: null, user_agent: null, actor_id: actor },
      // The last entry is the trusted hop's; the first is what the client claims.
      { ip_address: "9.9.9.9", user_agent: "probe-agent", actor_id: actor },
    ]);
  });
});
