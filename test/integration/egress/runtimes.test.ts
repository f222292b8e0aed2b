import type { RequestListener, ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProcessReport } from "../../fixtures/egress/call-from-process.ts";
import { type Certificate, createCertificate } from "../../fixtures/egress/create-certificate.ts";
import { type Runtime, runProcess } from "../../fixtures/egress/run-process.ts";
import { startTarget, type TargetServer } from "../../fixtures/egress/start-target.ts";

const mebi = 1_048_576;
/** Reference D4.2. */
const memoryCapBytes = 64 * mebi;

/** 64 MiB of zeros in 64 KB; as many members as wanted may follow each other. */
const gzipMember = gzipSync(Buffer.alloc(64 * mebi));
const brotliBomb = brotliCompressSync(Buffer.alloc(256 * mebi), {
  params: { [constants.BROTLI_PARAM_QUALITY]: 3 },
});

function writeEndlessly(response: ServerResponse, chunk: Buffer, count = Number.POSITIVE_INFINITY): void {
  const chunks = function* (): Generator<Buffer> {
    for (let at = 0; at < count; at += 1) yield chunk;
  };
  // The other side leaves in the middle, that is the point.
  pipeline(Readable.from(chunks()), response, () => undefined);
}

const answers: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  "/hello": (response) => response.end("hello"),
  "/gzip-hello": (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("hello")),
  "/br-hello": (response) =>
    response.writeHead(200, { "content-encoding": "br" }).end(brotliCompressSync("hello")),
  "/5-mebi": (response) => response.end(Buffer.alloc(5 * mebi)),
  "/endless": (response) => writeEndlessly(response, Buffer.alloc(65_536)),
  "/gzip-10-gibi": (response) =>
    writeEndlessly(response.writeHead(200, { "content-encoding": "gzip" }), gzipMember, 160),
  "/gzip-endless": (response) =>
    writeEndlessly(response.writeHead(200, { "content-encoding": "gzip" }), gzipMember),
  "/br-256-mebi": (response) => response.writeHead(200, { "content-encoding": "br" }).end(brotliBomb),
  "/to-hello": (response) => response.writeHead(302, { location: "/hello" }).end(),
  "/inside": (response) => response.writeHead(302, { location: "https://169.254.169.254/" }).end(),
};
const answer: RequestListener = (request, response) => void answers[request.url ?? ""]?.(response);

let good: Certificate;
let server: TargetServer;
beforeAll(async () => {
  good = createCertificate(["good.test", "127.0.0.1"]);
  server = await startTarget(answer, good);
});
afterAll(() => server.close());

async function run(runtime: Runtime, urls: readonly string[], environment?: Record<string, string>) {
  const task = { urls, ports: [server.port], authority: good.cert };
  const reports = await runProcess(runtime, task, environment);
  return reports.map(({ outcome }) => outcome);
}
const at = (host: string, path: string): string => `https://${host}:${server.port}${path}`;

describe.each(["node", "deno"] as const)("under %s", (runtime) => {
  it("answers plain, encoded, redirected, and of an address instead of a name", async () => {
    const urls = [
      ...["/hello", "/gzip-hello", "/br-hello", "/to-hello", "/5-mebi"].map((path) => at("good.test", path)),
      at("127.0.0.1", "/hello"),
    ];
    expect(await run(runtime, urls)).toEqual([5, 5, 5, 5, 5 * mebi, 5]);
  });

  it("refuses what is not public, at first and after a redirect", async () => {
    const urls = [
      at("127.0.0.2", "/hello"),
      at("localhost", "/hello"),
      at("[::ffff:127.0.0.2]", "/"),
      at("good.test", "/inside"),
    ];
    expect(await run(runtime, urls)).toEqual(new Array(4).fill("TARGET_REFUSED"));
  });

  it("TLS verifies the name that was asked for, though an address was dialled, whatever the environment says", async () => {
    const urls = [at("good.test", "/hello"), at("evil.test", "/hello"), at("xgood.test", "/hello")];
    const outcomes = [5, "UPSTREAM_UNREACHABLE", "UPSTREAM_UNREACHABLE"];
    expect(await run(runtime, urls)).toEqual(outcomes);
    expect(await run(runtime, urls, { NODE_TLS_REJECT_UNAUTHORIZED: "0" })).toEqual(outcomes);
  });

  it("TLS trusts no certificate that nobody vouches for", async () => {
    const other = createCertificate(["good.test"]);
    const stranger = await startTarget(answer, other);
    const task = {
      urls: [`https://good.test:${stranger.port}/hello`],
      ports: [stranger.port],
      authority: good.cert,
    };
    const [report] = await runProcess(runtime, task);
    expect(report?.outcome).toBe("UPSTREAM_UNREACHABLE");
    expect(stranger.requests).toHaveLength(0);
    await stranger.close();
  });

  it("D4.2 endless and inflating answers are cut at 5 MiB, in less than 64 MB of memory", async () => {
    const paths = ["/5-mebi", "/endless", "/gzip-10-gibi", "/gzip-endless", "/br-256-mebi"];
    const urls = paths.map((path) => at("good.test", path));
    const reports = await runProcess(runtime, { urls, ports: [server.port], authority: good.cert });
    const outcomes = reports.map(({ outcome }: ProcessReport) => outcome);
    expect(outcomes).toEqual([5 * mebi, ...new Array<string>(4).fill("UPSTREAM_TOO_LARGE")]);
    for (const { grownBytes } of reports) expect(grownBytes).toBeLessThan(memoryCapBytes);
  });
});
