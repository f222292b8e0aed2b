import { once } from "node:events";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readResponse } from "../../../functions/_shared/egress/read-response.ts";
import { sendRequest } from "../../../functions/_shared/egress/send-request.ts";
import { call, expectNoneOpen, parts, raw, target } from "../../fixtures/egress/call-target.ts";
import { startTarget } from "../../fixtures/egress/start-target.ts";
import { openPorts } from "../../fixtures/egress/test-parts.ts";

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
