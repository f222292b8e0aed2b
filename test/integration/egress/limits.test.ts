import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { defaultLimits, type EgressLimits } from "../../../functions/_shared/egress/egress-policy.ts";
import type { EgressRequest } from "../../../functions/_shared/egress/egress-request.ts";
import { readResponse } from "../../../functions/_shared/egress/read-response.ts";
import { sendRequest } from "../../../functions/_shared/egress/send-request.ts";
import { startRawTarget, startTarget, type TargetServer } from "../../fixtures/egress/start-target.ts";
import { createTestParts, openPorts, publicAddress } from "../../fixtures/egress/test-parts.ts";

const parts = createTestParts({ "*": [publicAddress] });
const servers: TargetServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function target(starting: Promise<TargetServer>): Promise<TargetServer> {
  const server = await starting;
  servers.push(server);
  return server;
}

/** What came back: the length of the body, or the code of what cut it; and how long that took. */
async function call(
  server: TargetServer,
  limits: Partial<EgressLimits> = {},
  rest: Partial<EgressRequest> = {},
) {
  const started = performance.now();
  const policy = { ...openPorts(server), allowHttp: true, limits };
  const result = await sendRequest(policy, { url: `http://x.test:${server.port}/`, ...rest }, parts);
  const body = result.ok ? await readResponse(result.value) : result;
  const outcome = body.ok ? body.value.length : body.error.code;
  return { outcome, ms: performance.now() - started };
}

/** 0 open connections, within a second. */
async function expectNoneOpen(server: TargetServer): Promise<void> {
  await expect.poll(() => server.openCount(), { timeout: 1_000, interval: 10 }).toBe(0);
}

const raw = (text: string) =>
  startRawTarget((socket: Socket) => {
    socket.once("data", () => socket.end(text, "latin1"));
  });

describe("time, with short limits", () => {
  const limits = { firstByteMs: 400, totalMs: 800 };
  it.each([
    [100, 5],
    [250, 5],
    [600, "UPSTREAM_TIMEOUT"],
    [2_000, "UPSTREAM_TIMEOUT"],
  ])("case 33: an answer after %i ms is told as what it is: %s", async (delayMs, outcome) => {
    const server = await target(
      startTarget(async (_, response) => {
        await sleep(delayMs, undefined, { ref: false });
        response.end("hello");
      }),
    );
    expect(await call(server, limits)).toHaveProperty("outcome", outcome);
    await expectNoneOpen(server);
  });
  it("a server that accepts and says nothing", async () => {
    const server = await target(startRawTarget(() => undefined));
    const { outcome, ms } = await call(server, limits);
    expect(outcome).toBe("UPSTREAM_TIMEOUT");
    expect(ms).toBeLessThan(700);
    await expectNoneOpen(server);
  });
  it("a server that accepts and never greets in TLS", async () => {
    const server = await target(startRawTarget(() => undefined));
    const { outcome, ms } = await call(
      server,
      { ...limits, connectMs: 200 },
      { url: `https://x.test:${server.port}/` },
    );
    expect(outcome).toBe("UPSTREAM_TIMEOUT");
    expect(ms).toBeLessThan(390);
    await expectNoneOpen(server);
  });
  it("the usual limits are 3, 10 and 30 seconds, 1 and 5 MiB, 3 redirects", () => {
    const { resolveMs, firstByteMs, totalMs, requestBytes, responseBytes, maxRedirects } = defaultLimits;
    expect([resolveMs, firstByteMs, totalMs]).toEqual([3_000, 10_000, 30_000]);
    expect([requestBytes, responseBytes, maxRedirects]).toEqual([1_048_576, 5_242_880, 3]);
  });
  it("headers that come one byte at a time", async () => {
    const server = await target(
      startRawTarget(async (socket) => {
        for (const letter of `HTTP/1.1 200 OK\r\nx-a: ${"a".repeat(500)}`) {
          await sleep(20);
          if (!socket.writable) return;
          socket.write(letter);
        }
      }),
    );
    expect(await call(server, limits)).toHaveProperty("outcome", "UPSTREAM_TIMEOUT");
  });
  it("interim answers without end do not stop the clock", async () => {
    const server = await target(
      startRawTarget(async (socket) => {
        while (socket.writable) {
          socket.write("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
          await sleep(20);
        }
      }),
    );
    const { outcome, ms } = await call(server, limits);
    expect(outcome).toBe("UPSTREAM_TIMEOUT");
    expect(ms).toBeLessThan(700);
  });
  it("a body that drips a byte every 20 ms ends at the total, not at the byte", async () => {
    const server = await target(
      startTarget(async (_, response) => {
        while (!response.destroyed) {
          response.write("a");
          await sleep(20);
        }
      }),
    );
    const { outcome, ms } = await call(server, limits);
    expect(outcome).toBe("UPSTREAM_TIMEOUT");
    expect(ms).toBeGreaterThan(700);
    expect(ms).toBeLessThan(1_300);
    await expectNoneOpen(server);
  });
  it("the total counts over all redirects", async () => {
    const server = await target(
      startTarget(async (_, response) => {
        await sleep(300);
        response.writeHead(302, { location: "/" }).end();
      }),
    );
    const { outcome, ms } = await call(server, { ...limits, maxRedirects: 20 });
    expect(outcome).toBe("UPSTREAM_TIMEOUT");
    expect(ms).toBeLessThan(1_200);
  });
  it("a body that nobody reads does not keep its connection", async () => {
    const server = await target(startTarget((_, response) => response.write("a")));
    const policy = { ...openPorts(server), allowHttp: true, limits };
    const result = await sendRequest(policy, { url: `http://x.test:${server.port}/` }, parts);
    expect(result.ok).toBe(true);
    await sleep(900);
    await expectNoneOpen(server);
    const body = result.ok ? await readResponse(result.value) : result;
    expect(body.ok ? null : body.error.code).toBe("UPSTREAM_TIMEOUT");
  });
});

describe("size", () => {
  const limits = { responseBytes: 100_000, requestBytes: 1_000 };
  const encoders = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync };
  it.each([
    [99_999, 99_999],
    [100_000, 100_000],
    [100_001, "UPSTREAM_TOO_LARGE"],
  ])("%i bytes, by their own word and in chunks: %s", async (size, outcome) => {
    const stated = await target(startTarget((_, response) => response.end("a".repeat(size))));
    const chunked = await target(
      startTarget((_, response) => {
        response.write("a".repeat(size - 1));
        response.end("a");
      }),
    );
    expect((await call(stated, limits)).outcome).toBe(outcome);
    expect((await call(chunked, limits)).outcome).toBe(outcome);
    await expectNoneOpen(chunked);
  });
  it.each(Object.entries(encoders))("%s is counted decoded", async (coding, encode) => {
    for (const [size, outcome] of [
      [100_000, 100_000],
      [100_001, "UPSTREAM_TOO_LARGE"],
    ] as const) {
      const bytes = encode(Buffer.alloc(size, "a"));
      const server = await target(
        startTarget((_, response) => response.writeHead(200, { "content-encoding": coding }).end(bytes)),
      );
      expect((await call(server, limits)).outcome).toBe(outcome);
    }
  });
  it("a body without end", async () => {
    const server = await target(
      startTarget(async (_, response) => {
        while (!response.destroyed) if (!response.write(Buffer.alloc(65_536))) await sleep(1);
      }),
    );
    expect((await call(server, limits)).outcome).toBe("UPSTREAM_TOO_LARGE");
    await expectNoneOpen(server);
  });
  it("what nobody reads yet is not fetched ahead", async () => {
    const server = await target(
      startTarget(async (_, response) => {
        while (!response.destroyed) if (!response.write(Buffer.alloc(65_536))) await sleep(1);
      }),
    );
    const policy = { ...openPorts(server), allowHttp: true };
    const result = await sendRequest(policy, { url: `http://x.test:${server.port}/` }, parts);
    await sleep(300);
    const reader = result.ok ? result.value.body?.getReader() : undefined;
    // Had it been fetched, it would have passed the limit and been cut by now.
    expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
    await reader?.cancel();
  });
  it("gzip that decodes to nothing, without end", async () => {
    // The header of gzip, then stored blocks of length 0.
    const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
    const blocks = Buffer.concat(new Array<Buffer>(10_000).fill(Buffer.from([0, 0, 0, 0xff, 0xff])));
    const server = await target(
      startTarget(async (_, response) => {
        response.writeHead(200, { "content-encoding": "gzip" }).write(head);
        while (!response.destroyed) if (!response.write(blocks)) await sleep(1);
      }),
    );
    expect((await call(server, limits)).outcome).toBe("UPSTREAM_TOO_LARGE");
  });
  it("request bodies, stated and streamed", async () => {
    const server = await target(
      startTarget((request, response) => request.resume().on("end", () => response.end("ok"))),
    );
    const send = async (body: EgressRequest["body"] & object) =>
      (await call(server, limits, { method: "POST", body })).outcome;
    for (const [size, outcome] of [
      [1_000, 2],
      [1_001, "BODY_TOO_LARGE"],
    ] as const) {
      expect(await send(new Uint8Array(size))).toBe(outcome);
      expect(await send(new Blob([new Uint8Array(size)]).stream())).toBe(outcome);
    }
    let pulls = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulls += 1;
        controller.enqueue(new Uint8Array(100));
      },
    });
    expect(await send(endless)).toBe("BODY_TOO_LARGE");
    expect(pulls).toBeLessThan(30);
  });
});

describe("answers that break the protocol", () => {
  // The header of gzip and the beginning of a stored block.
  const cutGzip = "\x1f\x8b\x08\0\0\0\0\0\0\x03\x01\x05";
  const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n";
  it.each([
    ["no HTTP at all", "SSH-2.0-OpenSSH_9.9\r\n"],
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 4\r\n\r\nhello"],
    ["a length and chunks", `${chunked}content-length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n`],
    ["a negative length", "HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nhello"],
    ["a chunk size that overflows", `${chunked}\r\n10000000000000000\r\nhello`],
    ["a chunk size with a sign", `${chunked}\r\n+5\r\nhello\r\n0\r\n\r\n`],
    ["a space before the colon", "HTTP/1.1 200 OK\r\nx-a : b\r\ncontent-length: 0\r\n\r\n"],
    ["NUL in a header", "HTTP/1.1 200 OK\r\nx-a: a\0b\r\ncontent-length: 0\r\n\r\n"],
    ["64 KB of headers", `HTTP/1.1 200 OK\r\nx-a: ${"a".repeat(65_536)}\r\n\r\n`],
    ["gzip that is none", "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\nhello"],
    [
      "gzip without its end",
      `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 12\r\n\r\n${cutGzip}`,
    ],
    ["an unknown coding", "HTTP/1.1 200 OK\r\ncontent-encoding: zstd\r\ncontent-length: 5\r\n\r\nhello"],
    [
      "codings on codings",
      "HTTP/1.1 200 OK\r\ncontent-encoding: gzip, gzip\r\ncontent-length: 5\r\n\r\nhello",
    ],
    ["two places to go", "HTTP/1.1 302 Found\r\nlocation: /a\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n"],
  ])("%s: UPSTREAM_INVALID", async (_, text) => {
    const server = await target(raw(text));
    expect((await call(server, { totalMs: 2_000 })).outcome).toBe("UPSTREAM_INVALID");
    await expectNoneOpen(server);
  });
  it.each([
    ["ends before the headers", "HTTP/1.1 200 OK\r\n"],
    ["ends before its length", "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello"],
    ["ends inside of a chunk", `${chunked}\r\n50\r\nhello`],
    ["switches protocols", "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n"],
  ])("%s: the connection broke", async (_, text) => {
    const server = await target(raw(text));
    expect((await call(server, { totalMs: 2_000 })).outcome).toBe("UPSTREAM_UNREACHABLE");
  });
  it("what is said after the answer is not an answer", async () => {
    const server = await target(
      raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"),
    );
    expect((await call(server)).outcome).toBe(2);
  });
  it("nobody listens: UPSTREAM_UNREACHABLE at once", async () => {
    const server = await startTarget(() => undefined);
    await server.close();
    const { outcome, ms } = await call(server);
    expect(outcome).toBe("UPSTREAM_UNREACHABLE");
    expect(ms).toBeLessThan(1_000);
  });
  it("headers about the connection and the coding end here", async () => {
    const server = await target(
      startTarget((_, response) =>
        response
          .writeHead(200, { "content-encoding": "gzip", "set-cookie": ["a=1", "b=2"], "x-a": "b" })
          .end(gzipSync("hello")),
      ),
    );
    const policy = { ...openPorts(server), allowHttp: true };
    const result = await sendRequest(policy, { url: `http://x.test:${server.port}/` }, parts);
    if (!result.ok) throw new Error(result.error.code);
    const names = [...result.value.headers.keys()];
    expect(names).toEqual(["date", "set-cookie", "set-cookie", "x-a"]);
    expect(await readResponse(result.value)).toEqual({ ok: true, value: new TextEncoder().encode("hello") });
  });
});

describe("D4.3 a caller that leaves", () => {
  const dripping = () =>
    startTarget(async (_, response) => {
      while (!response.destroyed) {
        response.write("a");
        await sleep(10);
      }
    });
  it("before the headers: TIMEOUT, and the server sees it go within a second", async () => {
    const server = await target(startRawTarget(() => undefined));
    const leaving = new AbortController();
    const calling = call(server, {}, { signal: leaving.signal });
    await expect.poll(() => server.openCount()).toBe(1);
    leaving.abort();
    expect((await calling).outcome).toBe("TIMEOUT");
    await expectNoneOpen(server);
  });
  it("in the middle of a TLS handshake", async () => {
    const server = await target(startRawTarget(() => undefined));
    const leaving = new AbortController();
    const calling = call(server, {}, { url: `https://x.test:${server.port}/`, signal: leaving.signal });
    await expect.poll(() => server.openCount()).toBe(1);
    leaving.abort();
    expect((await calling).outcome).toBe("TIMEOUT");
    await expectNoneOpen(server);
  });
  it("while the body comes, by its signal or by cancelling the body", async () => {
    const server = await target(dripping());
    const leaving = new AbortController();
    const policy = { ...openPorts(server), allowHttp: true };
    const request = { url: `http://x.test:${server.port}/`, signal: leaving.signal };
    const [one, two] = await Promise.all([
      sendRequest(policy, request, parts),
      sendRequest(policy, request, parts),
    ]);
    if (!one.ok || !two.ok) throw new Error("not answered");
    await two.value.body?.cancel();
    await expect.poll(() => server.openCount()).toBe(1);
    const reading = readResponse(one.value);
    leaving.abort();
    expect(await reading).toHaveProperty("error.code", "TIMEOUT");
    await expectNoneOpen(server);
  });
  it("was gone before it began: nothing connects", async () => {
    const server = await target(dripping());
    expect((await call(server, {}, { signal: AbortSignal.abort() })).outcome).toBe("TIMEOUT");
    expect(server.connectionCount()).toBe(0);
  });
  it("1,000 calls, 50 at a time, left at random moments: 0 connections are open afterwards", async () => {
    const server = await target(dripping());
    const one = async (at: number): Promise<string | number> => {
      const leaving = new AbortController();
      const timer = setTimeout(() => leaving.abort(), (at * 7) % 40);
      const { outcome } = await call(server, {}, { signal: leaving.signal });
      clearTimeout(timer);
      return outcome;
    };
    const outcomes: (string | number)[] = [];
    for (let at = 0; at < 1_000; at += 50) {
      outcomes.push(...(await Promise.all(Array.from({ length: 50 }, (_, next) => one(at + next)))));
    }
    expect(new Set(outcomes)).toEqual(new Set(["TIMEOUT"]));
    expect(server.connectionCount()).toBeGreaterThan(300);
    await expectNoneOpen(server);
  });
});

it("requests arrive as they were meant: method, path, query, headers, body, one Host", async () => {
  const server = await target(
    startTarget(async (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      await once(request, "end");
      response.end(Buffer.concat(chunks));
    }),
  );
  const { outcome } = await call(
    server,
    {},
    {
      url: `http://X.test:${server.port}/a%2fb?c=d#e`,
      method: "PUT",
      headers: [["X-A", "1"]],
      body: new TextEncoder().encode("hello"),
    },
  );
  expect(outcome).toBe(5);
  const [request] = server.requests;
  expect([request?.method, request?.url]).toEqual(["PUT", "/a%2fb?c=d"]);
  expect(request?.headers).toEqual({
    host: `x.test:${server.port}`,
    connection: "close",
    "x-a": "1",
    "accept-encoding": "gzip, br",
    "content-length": "5",
  });
});
