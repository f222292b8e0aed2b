import { createServer, get } from "node:http";
import { createServer as createSecureServer, get as getSecurely } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { Agent, request } from "undici";
import { readResponse } from "../functions/_shared/egress/read-response.ts";
import { sendRequest } from "../functions/_shared/egress/send-request.ts";
import { createCertificate } from "../test/fixtures/egress/create-certificate.ts";
import { createTestParts, publicAddress } from "../test/fixtures/egress/test-parts.ts";
import { type BenchResult, toResult } from "./result.ts";

const roundCount = 9;
const callCount = 150;

type Call = () => Promise<unknown>;

/** Microseconds of CPU for one call, the server's share included: it is the same for all. */
async function measure(call: Call): Promise<number> {
  const before = process.cpuUsage();
  for (let at = 0; at < callCount; at += 1) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / callCount;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, publicAddress, resolve));
  return (server.address() as AddressInfo).port;
}

interface Scheme {
  readonly name: "http" | "https";
  readonly maxRatio: number;
}

/** The least: Node's own client, a new connection for each call, no check, no limit. */
function toFloor(url: URL, authority: string): Call {
  const options = {
    host: publicAddress,
    port: url.port,
    path: url.pathname,
    agent: false,
    servername: url.hostname,
  };
  const isSecure = url.protocol === "https:";
  return () =>
    new Promise((resolve, reject) => {
      const sent = isSecure
        ? getSecurely({ ...options, ca: authority }, (response) => response.resume().on("end", resolve))
        : get(options, (response) => response.resume().on("end", resolve));
      sent.on("error", reject);
    });
}

/** undici as it comes, with a new connection for each call too: what reuses none cannot mix up tenants. */
function toPeer(url: URL, authority: string): Call {
  return async () => {
    const dispatcher = new Agent({
      connect: {
        ca: authority,
        lookup: (_name, _options, done) => done(null, [{ address: publicAddress, family: 4 }]),
      },
    });
    const { body } = await request(url, { dispatcher });
    await body.arrayBuffer();
    await dispatcher.destroy();
  };
}

async function benchScheme({ name, maxRatio }: Scheme): Promise<BenchResult> {
  const certificate = createCertificate(["x.test"]);
  const answer = "a".repeat(1_024);
  const server =
    name === "https"
      ? createSecureServer({ ...certificate }, (_, response) => response.end(answer))
      : createServer((_, response) => response.end(answer));
  const port = await listen(server);
  const url = new URL(`${name}://x.test:${port}/`);
  const parts = createTestParts({ "*": [publicAddress] }, [certificate.cert]);
  const policy = { ownHosts: ["gantry.example.com"], allowHttp: true, allowedPorts: [port] };
  const ours: Call = async () => {
    const result = await sendRequest(policy, { url: url.href }, parts);
    if (!result.ok) throw new Error(result.error.code);
    const body = await readResponse(result.value);
    if (!body.ok || body.value.length !== answer.length) throw new Error("the answer is not whole");
  };
  const calls = { floor: toFloor(url, certificate.cert), ours, peer: toPeer(url, certificate.cert) };
  const rounds = { floor: [] as number[], ours: [] as number[], peer: [] as number[] };
  for (const call of Object.values(calls)) await measure(call);
  for (let round = 0; round < roundCount; round += 1) {
    for (const side of ["floor", "ours", "peer"] as const) rounds[side].push(await measure(calls[side]));
  }
  server.closeAllConnections();
  server.close();
  return toResult({
    name: `a call by ${name} / Node's client without checks (peer: undici)`,
    unit: "us CPU",
    ...rounds,
    maxRatio,
  });
}

/** What it costs to call a host that a tenant named. */
export async function run(): Promise<BenchResult[]> {
  return [
    await benchScheme({ name: "https", maxRatio: 1.5 }),
    await benchScheme({ name: "http", maxRatio: 5 }),
  ];
}
