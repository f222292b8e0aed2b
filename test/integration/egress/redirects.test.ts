import type { RequestListener } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { EgressParts, EgressPolicy } from "../../../functions/_shared/egress/egress-policy.ts";
import type { EgressRequest } from "../../../functions/_shared/egress/egress-request.ts";
import { readResponse } from "../../../functions/_shared/egress/read-response.ts";
import { sendRequest } from "../../../functions/_shared/egress/send-request.ts";
import { createCertificate } from "../../fixtures/egress/create-certificate.ts";
import { startCanary, startTarget, type TargetServer } from "../../fixtures/egress/start-target.ts";
import {
  createTestParts,
  openPorts,
  privateAddress,
  publicAddress,
} from "../../fixtures/egress/test-parts.ts";

const canaryWord = "canary5f2e91";
const credentials = [
  ["Authorization", `Bearer ${canaryWord}`],
  ["Cookie", `session=${canaryWord}`],
  ["X-Api-Key", canaryWord],
  ["apikey", canaryWord],
  ["X-Tenant-Secret", canaryWord],
  ["X-Injected", canaryWord],
] as const;
const neutral = [
  ["accept", "application/json"],
  ["user-agent", "gantry"],
] as const;

/** `/go/<status>?to=<address>` redirects there; every other path says what arrived. */
const answer: RequestListener = (request, response) => {
  const url = new URL(request.url ?? "/", "http://x");
  const [, go, status] = url.pathname.split("/");
  if (go === "go") {
    response.writeHead(Number(status), { location: url.searchParams.get("to") ?? "/" }).end("moved");
    return;
  }
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => response.end(`${request.method} ${Buffer.concat(chunks).toString()}`));
};

let first: TargetServer;
let second: TargetServer;
let plain: TargetServer;
let inside: TargetServer;
let parts: EgressParts;
let policy: EgressPolicy;
let seenBefore: { second: number; plain: number };

beforeAll(async () => {
  const certificate = createCertificate(["a.test", "*.a.test", "b.test", "private.test"]);
  first = await startTarget(answer, certificate);
  second = await startTarget(answer, certificate);
  plain = await startTarget(answer);
  inside = await startCanary();
  parts = createTestParts({ "*": [publicAddress], "private.test": [privateAddress] }, [certificate.cert]);
  policy = { ...openPorts(first, second, plain, inside), allowHttp: true };
});
afterAll(() => Promise.all([first, second, plain, inside].map((server) => server.close())));
beforeEach(() => {
  seenBefore = { second: second.requests.length, plain: plain.requests.length };
});

const origins = {
  "same host": () => `https://a.test:${first.port}/end`,
  "other port": () => `https://a.test:${second.port}/end`,
  subdomain: () => `https://sub.a.test:${second.port}/end`,
  "other host": () => `https://b.test:${second.port}/end`,
  "http downgrade": () => `http://a.test:${plain.port}/end`,
  private: () => `https://private.test:${inside.port}/end`,
};
type Origin = keyof typeof origins;
const statuses = [301, 302, 303, 307, 308];
const cases = statuses.flatMap((status) =>
  (Object.keys(origins) as Origin[]).map((origin) => [status, origin] as const),
);

async function call(status: number, origin: Origin, rest: Partial<EgressRequest> = {}) {
  const url = `https://a.test:${first.port}/go/${status}?to=${encodeURIComponent(origins[origin]())}`;
  const result = await sendRequest(policy, { url, headers: [...credentials, ...neutral], ...rest }, parts);
  if (!result.ok) return { code: result.error.code, text: "" };
  const body = await readResponse(result.value);
  return {
    code: result.value.status,
    text: body.ok ? new TextDecoder().decode(body.value) : body.error.code,
  };
}

/** How often a credential's word arrived at the two servers of other origins. */
function countLeaks(): number {
  const arrived = [
    ...second.requests.slice(seenBefore.second),
    ...plain.requests.slice(seenBefore.plain),
  ].map((request) => JSON.stringify([request.rawHeaders, request.url]));
  return arrived.join().split(canaryWord).length - 1;
}

describe("case 103: GET with credentials", () => {
  it.each(cases)("%i to %s", async (status, origin) => {
    const { code, text } = await call(status, origin);
    expect(countLeaks()).toBe(0);
    expect(inside.connectionCount()).toBe(0);
    expect(plain.requests).toHaveLength(0);
    if (origin === "http downgrade" || origin === "private") return expect(code).toBe("TARGET_REFUSED");
    expect([code, text]).toEqual([200, "GET "]);
    const last = (origin === "same host" ? first : second).requests.at(-1);
    expect(last?.headers.authorization).toBe(origin === "same host" ? `Bearer ${canaryWord}` : undefined);
    expect(last?.headers.accept).toBe("application/json");
  });
});

describe("case 103: POST with a body that holds a secret", () => {
  it.each(cases)("%i to %s", async (status, origin) => {
    const isGet = status <= 303;
    const { code, text } = await call(status, origin, {
      method: "POST",
      headers: [...credentials, ["content-type", "text/plain"]],
      body: new TextEncoder().encode(canaryWord),
    });
    expect(countLeaks()).toBe(0);
    expect(inside.connectionCount()).toBe(0);
    const isRefused = origin === "http downgrade" || (origin === "private" && isGet);
    if (isRefused) return expect(code).toBe("TARGET_REFUSED");
    if (!isGet && origin !== "same host") {
      expect(second.requests).toHaveLength(seenBefore.second);
      return expect(code).toBe("UPSTREAM_INVALID");
    }
    expect([code, text]).toEqual([200, isGet ? "GET " : `POST ${canaryWord}`]);
    const last = (origin === "same host" ? first : second).requests.at(-1);
    expect(last?.headers["content-type"]).toBe(isGet ? undefined : "text/plain");
  });
});

describe("chains", () => {
  const chain = (...urls: readonly string[]): string =>
    [...urls].reverse().reduce((to, url) => `${url}?to=${encodeURIComponent(to)}`);
  const send = async (url: string) => {
    const result = await sendRequest(policy, { url, headers: credentials }, parts);
    if (!result.ok) return result.error.code;
    await result.value.body?.cancel();
    return result.value.status;
  };
  const a = (path: string): string => `https://a.test:${first.port}${path}`;
  const b = (path: string): string => `https://b.test:${second.port}${path}`;

  it("from A to B and back to A: A sees no credentials the second time", async () => {
    expect(await send(chain(a("/go/302"), b("/go/302"), a("/back")))).toBe(200);
    const back = first.requests.at(-1);
    expect(back?.url).toBe("/back");
    expect(JSON.stringify(back?.rawHeaders)).not.toContain(canaryWord);
    expect(countLeaks()).toBe(0);
  });
  it("three redirects are followed, a fourth is not", async () => {
    const go = a("/go/302");
    expect(await send(chain(go, go, go, a("/end")))).toBe(200);
    const before = first.requests.length;
    expect(await send(chain(go, go, go, go, a("/end")))).toBe("UPSTREAM_INVALID");
    expect(first.requests.length - before).toBe(4);
  });
  it("each hop is judged: the third leads inside", async () => {
    const end = `https://private.test:${inside.port}/`;
    expect(await send(chain(a("/go/302"), b("/go/308"), a("/go/303"), end))).toBe("TARGET_REFUSED");
    expect(inside.connectionCount()).toBe(0);
  });
  it.each([
    ["/relative", 200],
    ["//b.test/", "TARGET_REFUSED"],
    ["https://user:pass@a.test/", "TARGET_REFUSED"],
    ["https:\\\\a.test", "TARGET_REFUSED"],
    ["javascript:alert(1)", "TARGET_REFUSED"],
    ["file:///etc/passwd", "TARGET_REFUSED"],
    ["https://[::ffff:169.254.169.254]/", "TARGET_REFUSED"],
    ["https://2852039166/", "TARGET_REFUSED"],
  ])("a Location of %s: %s", async (location, outcome) => {
    expect(await send(chain(a("/go/302"), location))).toBe(outcome);
  });
  it("a streamed body is not sent twice", async () => {
    const body = new Blob(["once"]).stream();
    expect(await call(307, "same host", { method: "POST", body })).toHaveProperty("code", "UPSTREAM_INVALID");
  });
  it("300 and 304 are answers", async () => {
    expect(await send(a("/go/304"))).toBe(304);
    expect(await send(a("/go/300"))).toBe(300);
  });
});
