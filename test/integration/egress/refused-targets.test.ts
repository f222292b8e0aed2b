import { afterAll, beforeAll, expect, test } from "vitest";
import { defaultParts } from "../../../functions/_shared/egress/egress-policy.ts";
import { sendRequest } from "../../../functions/_shared/egress/send-request.ts";
import { startCanary, type TargetServer } from "../../fixtures/egress/start-target.ts";
import { countConnects } from "../../fixtures/egress/test-parts.ts";

/** Names that resolve, as a tenant's own DNS would have it. */
const names: Readonly<Record<string, readonly string[]>> = {
  "inside.example.com": ["10.0.0.1"],
  "mixed.example.com": ["93.184.215.14", "127.0.0.1"],
  "v6.example.com": ["93.184.215.14", "::1"],
};

/** Reference D1.1 to D1.5: 40 hosts. */
const hosts = [
  ...["127.0.0.1", "127.1", "0", "0.0.0.0", "2130706433", "0x7f000001", "0x7f.1", "017700000001"],
  ...["0177.0.0.1", "127.000.000.001"],
  ...["localhost", "LOCALHOST.", "x.localhost", "metadata.google.internal", "host.docker.internal"],
  ...["inside.example.com", "mixed.example.com"],
  ...["[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]"],
  ...[
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[2001::80ff:fffe]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
  ],
  ...["169.254.169.254", "2852039166", "[::ffff:a9fe:a9fe]", "100.100.100.200", "10.0.0.1", "172.16.0.1"],
  ...["192.168.0.1", "100.64.0.1"],
  ...["１２７.０.０.１", "127。0。0。1", "allowed.example@127.0.0.1"],
];

/** D1.5 and D1.6: more ways to write it, and blocks that nobody calls. */
const more = [
  ...[
    "allowed.example#@127.0.0.1",
    "allowed.example\\@127.0.0.1",
    "127.0.0.1\\.allowed.example",
    "v6.example.com",
  ],
  ...["224.0.0.1", "192.0.0.1", "198.18.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "[ff02::1]"],
  ...["[2001:db8::1]", "[3fff::1]", "168.63.129.16", "%31%32%37.0.0.1", "127.0.0.1.", "①②⑦.0.0.1"],
];

let canary: TargetServer;
beforeAll(async () => {
  canary = await startCanary();
});
afterAll(() => canary.close());

const parts = {
  ...defaultParts,
  async resolve(host: string): Promise<readonly string[]> {
    const addresses = names[host.replace(/\.$/, "")];
    if (addresses === undefined) throw new Error("ENOTFOUND");
    return addresses;
  },
};

test("there are 40", () => expect(new Set(hosts)).toHaveProperty("size", 40));

test.each([...hosts, ...more])(
  "case 101: %s is refused and nothing connects, by HTTPS and HTTP",
  async (host) => {
    const policy = { ownHosts: [], allowHttp: true, allowedPorts: [canary.port, 80, 443] };
    const connectCount = await countConnects(async () => {
      for (const scheme of ["https", "http"]) {
        // A fragment would swallow the port.
        const authority = host.includes("#") ? `127.0.0.1:${canary.port}` : `${host}:${canary.port}`;
        const urls = [`${scheme}://${authority}/`, `${scheme}://${host}/`];
        for (const url of urls) {
          const result = await sendRequest(policy, { url }, parts);
          const code = result.ok ? "sent" : result.error.code;
          // Before the "#" stands a name of its own, which resolves to nothing.
          expect(code).toBe(url.includes("#") ? "UPSTREAM_UNREACHABLE" : "TARGET_REFUSED");
        }
      }
    });
    expect(connectCount).toBe(0);
    expect(canary.connectionCount()).toBe(0);
  },
);
