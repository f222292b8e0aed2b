import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ok } from "../../../functions/_shared/errors/result.ts";
import { createApp } from "../../../functions/_shared/http/create-app.ts";
import { defineRoute } from "../../../functions/_shared/http/define-route.ts";
import { post } from "../../../functions/_shared/http/route-table.ts";
import { createLogger } from "../../../functions/_shared/log/create-logger.ts";

const jwtSecret = randomBytes(32).toString("base64url");
const create = defineRoute({
  summary: "create",
  responses: {},
  errors: [],
  handle: async () => ok({ status: 204 }),
});
const app = createApp({
  name: "f",
  routes: [post("/f", { auth: "user", tenant: "none", load: async () => create })],
  environment: {
    GANTRY_DB_URL: "postgresql://gantry_edge:x@127.0.0.1:1/x",
    GANTRY_JWT_SECRET: jwtSecret,
    GANTRY_SCHEDULER_SECRET: randomBytes(32).toString("base64url"),
    GANTRY_MASTER_KEYS: `k:${randomBytes(32).toString("base64")}`,
    SUPABASE_URL: "http://127.0.0.1:1",
  },
  services: {
    log: createLogger(
      () => undefined,
      () => new Date(),
    ),
  },
});
const signed = (): Promise<string> =>
  new SignJWT({ sub: randomUUID(), role: "authenticated", aud: "authenticated" })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("5m")
    .sign(new TextEncoder().encode(jwtSecret));

describe("case 29: a refusal that needs no body does not wait for it", () => {
  let server: Server;
  let port: number;
  beforeAll(async () => {
    server = createServer(async (incoming, outgoing) => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          incoming.on("data", (chunk: Uint8Array) => controller.enqueue(chunk));
          incoming.on("end", () => controller.close());
          incoming.on("error", () => undefined);
        },
      });
      const headers = new Headers(incoming.headers as Record<string, string>);
      const init = { method: incoming.method, headers, body, duplex: "half" } as RequestInit;
      const response = await app.fetch(new Request(`http://127.0.0.1${incoming.url}`, init));
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.end(await response.text());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Sends the head and 1 KB of the body, and then nothing more. */
  const send = (head: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(`${head}\r\n\r\n${"x".repeat(1_024)}`));
      socket.setTimeout(1_000, () => socket.destroy(new Error("no answer within a second")));
      socket.once("data", (data) => {
        resolve(String(data).split("\r\n")[0] ?? "");
        socket.destroy();
      });
      socket.on("error", reject);
    });
  const head = (length: number, ...lines: string[]): string =>
    [
      "POST /f HTTP/1.1",
      "host: x",
      `content-length: ${length}`,
      "content-type: application/json",
      ...lines,
    ].join("\r\n");

  for (const length of [131_072, 1_048_576, 10_485_760]) {
    it(`${length} bytes without a credential: 401 at once`, async () => {
      expect(await send(head(length))).toContain("401");
    });
  }
  it("10 MiB with a credential: 413 at once", async () => {
    expect(await send(head(10_485_760, `authorization: Bearer ${await signed()}`))).toContain("413");
  });
  it("another type: 415 at once", async () => {
    const typed = head(131_072, `authorization: Bearer ${await signed()}`).replace(
      "application/json",
      "text/plain",
    );
    expect(await send(typed)).toContain("415");
  });
});
