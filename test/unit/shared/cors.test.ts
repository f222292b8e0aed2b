import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ok } from "../../../functions/_shared/errors/result.ts";
import { createApp } from "../../../functions/_shared/http/create-app.ts";
import { defineSystemRoute } from "../../../functions/_shared/http/define-route.ts";
import { get, post } from "../../../functions/_shared/http/route-table.ts";
import { createLogger } from "../../../functions/_shared/log/create-logger.ts";

const open = defineSystemRoute({
  summary: "open",
  responses: {},
  errors: [],
  handle: async () => ok({ status: 200, body: {} }),
});
const load = async () => open;
const app = createApp({
  name: "f",
  routes: [
    get("/f", { auth: "scheduler", load }),
    post("/f", { auth: "scheduler", load }),
    get("/f/open", { auth: "public", load }),
  ],
  environment: {
    GANTRY_DB_URL: "postgresql://gantry_edge:x@127.0.0.1:1/x",
    GANTRY_JWT_SECRET: randomBytes(32).toString("base64url"),
    GANTRY_SCHEDULER_SECRET: randomBytes(32).toString("base64url"),
    GANTRY_MASTER_KEYS: `k:${randomBytes(32).toString("base64")}`,
    GANTRY_ALLOWED_ORIGINS: "https://a.example,https://b.example",
    SUPABASE_URL: "http://127.0.0.1:1",
  },
  services: {
    log: createLogger(
      () => undefined,
      () => new Date(),
    ),
  },
});
const call = (path: string, init: RequestInit): Promise<Response> =>
  app.fetch(new Request(`http://127.0.0.1${path}`, init));

describe("CORS", () => {
  const preflight = (origin: string) =>
    call("/f", { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } });

  it("a preflight from a listed origin is answered without a credential", async () => {
    const response = await preflight("https://b.example");
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "access-control-allow-origin": "https://b.example",
      "access-control-allow-methods": "GET, POST, HEAD, OPTIONS",
      "access-control-max-age": "600",
      vary: "Origin",
    });
    expect(response.headers.get("access-control-allow-headers")).toContain("x-tenant-id");
    expect(response.headers.has("access-control-allow-credentials")).toBe(false);
  });

  for (const origin of [
    "https://c.example",
    "https://a.example.evil.example",
    "http://a.example",
    "null",
    "*",
  ]) {
    it(`another origin gets no permission: ${origin}`, async () => {
      for (const response of [await preflight(origin), await call("/f/open", { headers: { origin } })]) {
        expect(response.headers.has("access-control-allow-origin")).toBe(false);
        expect(response.headers.get("vary")).toBe("Origin");
      }
    });
  }

  it("refusals carry the headers too, so that the page can read them", async () => {
    const response = await call("/f", { headers: { origin: "https://a.example" } });
    expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([
      401,
      "https://a.example",
    ]);
    expect(response.headers.get("access-control-expose-headers")).toContain("x-request-id");
  });
});
