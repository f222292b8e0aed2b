import { randomBytes, randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { ok, type Result } from "../../../functions/_shared/errors/result.ts";
import { type App, createApp } from "../../../functions/_shared/http/create-app.ts";
import type { Ctx, SystemCtx } from "../../../functions/_shared/http/ctx.ts";
import {
  defineRoute,
  defineSystemRoute,
  type Reply,
  type SystemRoute,
  type UserRoute,
} from "../../../functions/_shared/http/define-route.ts";
import { get, patch, post, put } from "../../../functions/_shared/http/route-table.ts";
import { createLogger } from "../../../functions/_shared/log/create-logger.ts";

const jwtSecret = randomBytes(32).toString("base64url");
const schedulerSecret = randomBytes(32).toString("base64url");
const environment = {
  GANTRY_DB_URL: "postgresql://gantry_edge:x@127.0.0.1:1/x",
  GANTRY_JWT_SECRET: jwtSecret,
  GANTRY_SCHEDULER_SECRET: schedulerSecret,
  GANTRY_MASTER_KEYS: `k:${randomBytes(32).toString("base64")}`,
  GANTRY_ALLOWED_ORIGINS: "https://a.example,https://b.example",
  SUPABASE_URL: "http://127.0.0.1:1",
};
const canary = "canary5f2e91";
const userId = randomUUID();
const tenantId = randomUUID();
const signed = (claims: Record<string, unknown> = {}): Promise<string> =>
  new SignJWT({ sub: userId, role: "authenticated", aud: "authenticated", ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("5m")
    .sign(new TextEncoder().encode(jwtSecret));

const loaded: string[] = [];
let lastCtx: Ctx | SystemCtx | null = null;
const answering = (name: string, rest: Partial<UserRoute> = {}) => ({
  auth: "user" as const,
  load: async (): Promise<UserRoute> => {
    loaded.push(name);
    return {
      ...defineRoute({
        summary: name,
        responses: {},
        errors: [],
        async handle(ctx) {
          lastCtx = ctx;
          return ok({ status: 200, body: { tenantId: ctx.caller.tenantId } });
        },
      }),
      ...rest,
    };
  },
});
const publicRoute: SystemRoute = defineSystemRoute({
  summary: "public",
  responses: {},
  errors: [],
  handle: async () => ok({ status: 200, body: {} }),
});
async function wakeTwice(ctx: Ctx): Promise<Result<Reply>> {
  ctx.wakeScheduler();
  ctx.wakeScheduler();
  return ok({ status: 204 });
}
const anyBody = { body: z.strictObject({ x: z.string().max(10) }) };
const routes = [
  get("/f", answering("list")),
  post("/f", { ...answering("create", anyBody), tenant: "none" }),
  put("/f", answering("put")),
  get("/f/me", { ...answering("me"), tenant: "none" }),
  get("/f/:tenantId", answering("one")),
  patch("/f/:tenantId", answering("change")),
  get("/f/throws", answering("throws", { handle: async () => Promise.reject(new Error(canary)) })),
  get("/f/slow", answering("slow", { timeoutMs: 30, handle: () => new Promise(() => undefined) })),
  post("/f/wake", answering("wake", { handle: wakeTwice })),
  post("/f/tick", { auth: "scheduler", load: async () => publicRoute }),
  get("/f/open", { auth: "public", load: async () => publicRoute }),
];

const logLines: string[] = [];
const background: Promise<unknown>[] = [];
let wakes = 0;
let isSchedulerAway = false;
const app: App = createApp({
  name: "f",
  routes,
  environment,
  loadOpenApi: async () => ({ openapi: "3.1.0" }),
  services: {
    log: createLogger(
      (line) => logLines.push(line),
      () => new Date(),
    ),
    waitUntil: (work) => void background.push(work),
    async callScheduler() {
      wakes += 1;
      if (isSchedulerAway) throw new Error(canary);
    },
  },
});

const call = async (path: string, init: RequestInit & { token?: string } = {}): Promise<Response> => {
  const headers = new Headers(init.headers);
  if (init.token !== undefined) headers.set("authorization", `Bearer ${init.token}`);
  return app.fetch(new Request(`http://127.0.0.1${path}`, { ...init, headers }));
};
afterEach(() => {
  loaded.length = 0;
});

describe("every answer", () => {
  it("has an id of our own, is not stored and not sniffed", async () => {
    const theirs = randomUUID();
    for (const path of ["/f/open", "/f", "/nowhere", "/f/throws"]) {
      const response = await call(path, { headers: { "x-request-id": theirs }, token: await signed() });
      expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      expect(response.headers.get("x-request-id")).not.toBe(theirs);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  it("a bug is a 500 that says its id and nothing else", async () => {
    const response = await call("/f/throws", { token: await signed() });
    const body = await response.json();
    expect(body).toEqual({
      type: "urn:gantry:problem:internal",
      title: "Something went wrong on our side.",
      status: 500,
      code: "INTERNAL",
      requestId: response.headers.get("x-request-id"),
    });
    expect(logLines.some((line) => line.includes("request-fault") && line.includes(body.requestId))).toBe(
      true,
    );
    expect(logLines.join("\n")).not.toContain(canary);
  });

  it("too slow is 504, and the route's signal is aborted", async () => {
    const response = await call("/f/slow", { token: await signed() });
    expect([response.status, (await response.json()).code]).toEqual([504, "TIMEOUT"]);
  });
});

describe("before a route's module is loaded", () => {
  it("the credential is checked", async () => {
    const refused = [
      await call("/f"),
      await call("/f", { token: "x" }),
      await call("/f", { token: await signed({ role: "service_role" }) }),
      await call("/f", { token: await signed(), headers: { "x-api-key": "gk_live_x" } }),
    ];
    expect(refused.map((response) => response.status)).toEqual([401, 401, 401, 401]);
    expect(refused.map((response) => response.headers.get("www-authenticate"))).toEqual([
      "Bearer",
      ...Array.from({ length: 3 }, () => 'Bearer error="invalid_token"'),
    ]);
    expect(loaded).toEqual([]);
  });

  it("the tenant is checked: writes must name it, a malformed one is never the default", async () => {
    const token = await signed();
    const codeOf = async (path: string, init: RequestInit): Promise<unknown> =>
      (await (await call(path, { ...init, token })).json()).code;
    const header = (value: string) => ({ headers: { "x-tenant-id": value } });
    expect(await codeOf("/f", { method: "PUT" })).toBe("TENANT_REQUIRED");
    expect(await codeOf("/f", header("x"))).toBe("TENANT_HEADER_INVALID");
    expect(await codeOf("/f", header(`${tenantId}, ${tenantId}`))).toBe("TENANT_HEADER_INVALID");
    expect(await codeOf(`/f/${tenantId}`, header(randomUUID()))).toBe("TENANT_MISMATCH");
    expect(await codeOf("/f/1", {})).toBe("VALIDATION_FAILED");
    expect(loaded).toEqual([]);
    const read = await call("/f", { token });
    expect(await read.json()).toEqual({ tenantId: null });
    const named = await call("/f", { token, method: "PUT", ...header(tenantId.toUpperCase()) });
    expect(await named.json()).toEqual({ tenantId });
  });

  it("the scheduler's secret opens its routes and no others, and a person's token opens none of them", async () => {
    const tick = (token?: string) =>
      call("/f/tick", { method: "POST", ...(token === undefined ? {} : { token }) });
    expect((await tick(schedulerSecret)).status).toBe(200);
    for (const token of [undefined, "x", `${schedulerSecret}x`, schedulerSecret.slice(1), await signed()]) {
      expect((await tick(token)).status).toBe(401);
    }
    expect((await call("/f", { token: schedulerSecret })).status).toBe(401);
  });
});

describe("routes", () => {
  it("a fixed segment wins over a parameter, whatever the order of the table", async () => {
    const token = await signed();
    await call("/f/me", { token });
    expect(loaded).toEqual(["me"]);
    // /f/me does not take PATCH, and is not a tenant called "me" either.
    expect((await call("/f/me", { token, method: "PATCH" })).status).toBe(405);
  });

  it("health and the document are public, and answer without a route", async () => {
    expect(await (await call("/f/health")).json()).toEqual({ status: "ok" });
    expect(await (await call("/functions/v1/f/openapi.json")).json()).toEqual({ openapi: "3.1.0" });
  });

  it("a method twice on one path is refused at the start", () => {
    const twice = [get("/f/a", answering("a")), get("/f/a", answering("b"))];
    expect(() => createApp({ name: "f", routes: twice, environment })).toThrow("twice");
  });

  it("an unusable environment is refused at the start", () => {
    expect(() => createApp({ name: "f", routes: [], environment: {} })).toThrow("GANTRY_DB_URL is missing");
  });
});

describe("the caller", () => {
  it("comes from the trusted hop: the last forwarded address, whatever the earlier ones say", async () => {
    const token = await signed();
    const seen = async (value: string): Promise<string | null | undefined> => {
      await call("/f", { token, headers: { "x-forwarded-for": value } });
      return (lastCtx as Ctx | null)?.caller.clientAddress;
    };
    expect(await seen("1.1.1.1, 2.2.2.2")).toBe("2.2.2.2");
    expect(await seen("2001:db8::1")).toBe("2001:db8::1");
    expect(await seen("2.2.2.2, <script>")).toBeNull();
    expect(await seen("")).toBeNull();
  });
});

describe("the log of requests", () => {
  const lastLine = () => JSON.parse(logLines.at(-1) ?? "{}") as Record<string, unknown>;

  it("says who was let in and where, under the id of the response", async () => {
    const response = await call(`/f/${tenantId}?x=${canary}`, { token: await signed() });
    expect(lastLine()).toMatchObject({
      event: "request",
      requestId: response.headers.get("x-request-id"),
      method: "GET",
      route: "/f/:tenantId",
      userId,
      tenantId,
    });
    expect(logLines.join("\n")).not.toContain(canary);
  });

  it("names nobody who was refused", async () => {
    await call(`/f/${tenantId}`, { token: "a.b.c", headers: { "x-forwarded-for": "203.0.113.9" } });
    expect(lastLine()).toMatchObject({ status: 401, code: "TOKEN_INVALID" });
    expect(Object.keys(lastLine())).not.toContain("userId");
    expect(JSON.stringify(lastLine())).not.toContain("203.0.113.9");
  });
});

describe("the scheduler is woken", () => {
  it("once for a request, after the answer, and its absence is no fault", async () => {
    const token = await signed();
    const before = wakes;
    isSchedulerAway = true;
    const response = await call("/f/wake", { method: "POST", token, headers: { "x-tenant-id": tenantId } });
    expect(response.status).toBe(204);
    await Promise.all(background);
    expect(wakes).toBe(before + 1);
    expect(logLines.join("\n")).toContain("scheduler-not-woken");
  });
});

describe("what the database says passes through", () => {
  it("an unreachable one is 503 with Retry-After", async () => {
    const reading = get("/f/db", {
      auth: "user",
      load: async () =>
        defineRoute({
          summary: "db",
          responses: {},
          errors: [],
          async handle(ctx) {
            const result = await ctx.db.asCaller(ctx.caller, async () => ok(1));
            return result.ok ? ok({ status: 200, body: result.value }) : result;
          },
        }),
    });
    const own = createApp({
      name: "f",
      routes: [reading],
      environment,
      services: {
        log: createLogger(
          () => undefined,
          () => new Date(),
        ),
      },
    });
    const headers = { authorization: `Bearer ${await signed()}` };
    const response = await own.fetch(new Request("http://127.0.0.1/f/db", { headers }));
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "2"]);
    await own.close();
  });
});
