import { setTimeout as sleep } from "node:timers/promises";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { defaultLimits } from "../../../functions/_shared/egress/egress-policy.ts";
import type { EgressRequest } from "../../../functions/_shared/egress/egress-request.ts";
import { readResponse } from "../../../functions/_shared/egress/read-response.ts";
import { sendRequest } from "../../../functions/_shared/egress/send-request.ts";
import { call, expectNoneOpen, parts, target } from "../../fixtures/egress/call-target.ts";
import { startRawTarget, startTarget } from "../../fixtures/egress/start-target.ts";
import { openPorts } from "../../fixtures/egress/test-parts.ts";

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
