import { afterAll, beforeAll, expect, it, test } from "vitest";
import { defaultParts, type EgressParts } from "../../../functions/_shared/egress/egress-policy.ts";
import { resolveHost } from "../../../functions/_shared/egress/resolve-host.ts";
import { sendRequest } from "../../../functions/_shared/egress/send-request.ts";
import { type Certificate, createCertificate } from "../../fixtures/egress/create-certificate.ts";
import { type DnsAnswer, startDns } from "../../fixtures/egress/start-dns.ts";
import { startCanary, startTarget, type TargetServer } from "../../fixtures/egress/start-target.ts";
import {
  countConnects,
  createTestParts,
  openPorts,
  privateAddress,
  publicAddress,
} from "../../fixtures/egress/test-parts.ts";

let certificate: Certificate;
let server: TargetServer;
beforeAll(async () => {
  certificate = createCertificate(["x.test"]);
  server = await startTarget((_, response) => response.end("hello"), certificate);
});
afterAll(() => server.close());

/** Calls https://x.test at the server's port with names from a DNS stand-in; the code of the failure or the status. */
async function callThrough(
  answer: DnsAnswer,
  { url = `https://x.test:${server.port}/`, resolveMs = 3_000 } = {},
): Promise<string | number> {
  const dns = await startDns(answer);
  const parts: EgressParts = { ...createTestParts({}, [certificate.cert]), resolve: dns.resolve };
  const policy = { ...openPorts(server), limits: { resolveMs } };
  const result = await sendRequest(policy, { url }, parts);
  dns.close();
  if (!result.ok) return result.error.code;
  await result.value.body?.cancel();
  return result.value.status;
}

test("case 102: a resolver that flips at each question, 200 tries: 0 connects to the private side", async () => {
  // The private side listens where the public one does, so only the address tells them apart.
  const inside = await startCanary();
  const dns = await startDns((_, type) => {
    if (type === "AAAA") return [];
    isPrivate = !isPrivate;
    return [isPrivate ? privateAddress : publicAddress];
  });
  let isPrivate = true;
  const parts: EgressParts = { ...createTestParts({}, [certificate.cert]), resolve: dns.resolve };
  const outcomes: Record<string, number> = {};
  for (let count = 0; count < 200; count += 1) {
    // Sent at the canary's own port every second time the answer is private.
    const port = isPrivate ? server.port : inside.port;
    const result = await sendRequest(openPorts(server, inside), { url: `https://x.test:${port}/` }, parts);
    const outcome = result.ok ? "sent" : result.error.code;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if (result.ok) await result.value.body?.cancel();
  }
  expect(outcomes).toEqual({ sent: 100, TARGET_REFUSED: 100 });
  expect(inside.connectionCount()).toBe(0);
  // One A and one AAAA for each try: nobody asked again to connect.
  expect(dns.questionCount()).toBe(400);
  dns.close();
  await inside.close();
});

it.each<[string, DnsAnswer, string | number]>([
  ["one public A", (_, type) => (type === "A" ? [publicAddress] : []), 200],
  ["public A twice", (_, type) => (type === "A" ? [publicAddress, publicAddress] : []), 200],
  ["public and private A", (_, type) => (type === "A" ? [publicAddress, "10.0.0.1"] : []), "TARGET_REFUSED"],
  ["public A, private AAAA", (_, type) => (type === "A" ? [publicAddress] : ["fd00::1"]), "TARGET_REFUSED"],
  [
    "public A, mapped loopback AAAA",
    (_, type) => (type === "A" ? [publicAddress] : ["::ffff:7f00:2"]),
    "TARGET_REFUSED",
  ],
  [
    "public A, metadata behind NAT64",
    (_, type) => (type === "A" ? [publicAddress] : ["64:ff9b::a9fe:a9fe"]),
    "TARGET_REFUSED",
  ],
  ["private A", () => ["192.168.1.1"], "TARGET_REFUSED"],
  ["metadata", (_, type) => (type === "A" ? ["169.254.169.254"] : []), "TARGET_REFUSED"],
  ["no such name", () => [], "UPSTREAM_UNREACHABLE"],
])("D2.3 %s: %s", async (_, answer, outcome) => {
  expect(await callThrough(answer)).toBe(outcome);
});

it("D2.3: a server of names that keeps silent is waited for 3 s, here 200 ms", async () => {
  const started = performance.now();
  expect(await callThrough(() => "silence", { resolveMs: 200 })).toBe("UPSTREAM_TIMEOUT");
  expect(performance.now() - started).toBeLessThan(1_500);
});

it("no search domain is tried: the question ends with a dot", async () => {
  const asked: string[] = [];
  const parts: EgressParts = {
    ...defaultParts,
    async resolve(host) {
      asked.push(host);
      return ["10.0.0.1"];
    },
  };
  await sendRequest({ ownHosts: [] }, { url: "https://x.test/" }, parts);
  expect(asked).toEqual(["x.test."]);
});

it("an own address is refused under a tenant's name too", async () => {
  const policy = { ...openPorts(server), ownHosts: [publicAddress] };
  const connectCount = await countConnects(async () => {
    const parts = createTestParts({ "*": [publicAddress] });
    const result = await sendRequest(policy, { url: `https://x.test:${server.port}/` }, parts);
    expect(result.ok ? null : result.error.errors?.[0]?.code).toBe("own-host");
  });
  expect(connectCount).toBe(0);
});

it("the system's resolver gives addresses in plain notation, and rejects for a name that is not there", async () => {
  expect(await resolveHost("localhost")).toEqual(expect.arrayContaining(["127.0.0.1"]));
  await expect(resolveHost("gantry.invalid.")).rejects.toThrow();
});
