import { createHmac } from "node:crypto";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { createClaims } from "../helpers/people.ts";
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

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

describe("tokens", () => {
  const now = Math.floor(Date.now() / 1000);
  const forged = "an-entirely-different-secret-of-32-bytes";
  const wrong: [string, () => Promise<string> | string][] = [
    ["expired", () => sign({ ...claimsOf("owner"), exp: now - 120 })],
    ["not valid yet", () => sign({ ...claimsOf("owner"), nbf: now + 3600 })],
    ["alg none, unsigned", () => `${encode({ alg: "none", typ: "JWT" })}.${encode(claimsOf("owner"))}.`],
    [
      "alg None with the old signature",
      async () => {
        const [, payload, signature] = (await sign(claimsOf("owner"))).split(".");
        return `${encode({ alg: "None" })}.${payload}.${signature}`;
      },
    ],
    ["signed with another key", () => sign(claimsOf("owner"), forged)],
    [
      "signed with an empty key",
      () => {
        const input = `${encode({ alg: "HS256" })}.${encode(claimsOf("owner"))}`;
        return `${input}.${createHmac("sha256", "").update(input).digest("base64url")}`;
      },
    ],
    ["empty signature", async () => `${(await sign(claimsOf("owner"))).split(".").slice(0, 2).join(".")}.`],
    [
      "payload changed after signing",
      async () => {
        const [header, , signature] = (await sign(claimsOf("viewer"))).split(".");
        return `${header}.${encode(claimsOf("owner"))}.${signature}`;
      },
    ],
    ["two dots too many", async () => `${await sign(claimsOf("owner"))}.x.y`],
    ["no JWT at all", () => "gk_live_0123456789"],
    ...["service_role", "gantry_worker", "gantry_definer", "postgres", "supabase_admin"].map(
      (role): [string, () => Promise<string>] => [
        `role ${role} signed with another key`,
        () => sign({ ...claimsOf("owner"), role }, forged),
      ],
    ),
  ];
  test.each(wrong)("%s: 401, and nothing read", async (_name, create) => {
    const token = await create();
    const reply = await rest.request("/settings", { token });
    expect(reply.status).toBe(401);
    expect(reply.text).not.toContain("world.");
    expect(reply.text).not.toContain(token);
  });

  test.each([
    "gantry_worker",
    "gantry_definer",
    "gantry_edge",
    "postgres",
    "supabase_admin",
    "supabase_auth_admin",
    "pg_read_all_data",
    "authenticator",
    "public",
    "none",
    "Authenticated",
    "authenticated; set role postgres",
    "",
  ])("role %j signed with the right key cannot be taken on", async (role) => {
    const reply = await rest.request("/settings?select=key", {
      token: await sign({ ...claimsOf("owner"), role }),
    });
    expect([400, 401, 403]).toContain(reply.status);
    expect(reply.text).not.toContain("world.");
  });

  const nobodies: [string, Record<string, unknown>][] = [
    ["no sub", { sub: undefined }],
    ["an empty sub", { sub: "" }],
    ["a sub that is no uuid", { sub: "1 or 1=1" }],
    ["a sub that is a number", { sub: 1 }],
    ["a sub that is a list", { sub: ["x"] }],
    ["the sub of nobody", { sub: "11111111-2222-4333-8444-555555555555" }],
    ["the nil uuid", { sub: "00000000-0000-0000-0000-000000000000" }],
    ["is_anonymous", { is_anonymous: true }],
    ["no role", { role: undefined }],
  ];
  test.each(nobodies)("a valid signature over %s reads and writes nothing", async (_name, change) => {
    const token = await sign({ ...claimsOf("owner"), ...change });
    for (const table of [
      "settings",
      "tenants",
      "memberships",
      "users",
      "roles",
      "audit_logs",
      "background_jobs",
    ]) {
      const reply = await rest.request(`/${table}`, {
        token,
        headers: { "x-tenant-id": world.tenants.acme },
      });
      if (reply.status === 200) expect(reply.json, table).toEqual([]);
      else expect([401, 403], table).toContain(reply.status);
    }
    const insert = await rest.request("/settings", {
      method: "POST",
      token,
      headers: { "x-tenant-id": world.tenants.acme },
      body: { tenant_id: world.tenants.acme, key: "probe.nobody", value: 1 },
    });
    expect([401, 403]).toContain(insert.status);
  });

  test.each([
    ["another audience", "other"],
    ["several audiences", ["other", "another"]],
    ["no audience", undefined],
  ])("a valid signature for %s reads nothing: it was not made for us", async (_name, aud) => {
    const token = await sign({ ...claimsOf("owner"), aud });
    const reply = await rest.request("/settings", { token, headers: { "x-tenant-id": world.tenants.acme } });
    if (reply.status === 200) expect(reply.json).toEqual([]);
    else expect(reply.status).toBe(401);
  });

  test("A4.5: what people write about themselves (user_metadata) and app_metadata give no right", async () => {
    const metadata = {
      role: "admin",
      tenant_id: world.tenants.beta,
      is_super_admin: true,
      tenants: [world.tenants.beta],
    };
    const token = await sign({
      ...claimsOf("outsider"),
      user_metadata: metadata,
      app_metadata: metadata,
      tenant_id: world.tenants.beta,
    });
    for (const headers of [{}, { "x-tenant-id": world.tenants.beta }]) {
      for (const table of ["settings", "tenants", "memberships", "background_jobs", "tenant_databases"]) {
        const reply = await rest.request(`/${table}`, { token, headers });
        expect(reply.text, table).not.toContain(world.tenants.beta);
      }
    }
  });

  test("a token in the query string is no credential", async () => {
    const token = await sign(createClaims(world.callers.owner.person?.id ?? ""));
    const reply = await rest.request(`/settings?apikey=eq.${token}`);
    expect(reply.text).not.toContain("world.");
    expect(reply.status).toBeGreaterThanOrEqual(400);
  });
});
