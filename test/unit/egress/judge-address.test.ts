import { describe, expect, it, test } from "vitest";
import { formatAddress } from "../../../functions/_shared/egress/format-address.ts";
import { createAddressJudge, judgeAddress } from "../../../functions/_shared/egress/judge-address.ts";
import { judgeTarget } from "../../../functions/_shared/egress/judge-target.ts";
import { parseAddress } from "../../../functions/_shared/egress/parse-address.ts";
import { createRandom, randomAddress, randomPublicAddress } from "../../fixtures/egress/random-addresses.ts";
import { isPublicNumber } from "../../fixtures/egress/reference-table.ts";

/** As a request has it: through the URL parser to bytes. */
function bytesOf(host: string): Uint8Array {
  const target = judgeTarget(`https://${host}/`, { ownHosts: [] });
  const bytes = target.ok ? target.value.host.bytes : null;
  if (bytes === null) throw new Error(`${host} is not read as an address`);
  return bytes;
}

const toNumber = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

describe("random addresses", () => {
  it("100,000 in random spellings: the verdict is that of a second implementation", () => {
    const random = createRandom(20_261_201);
    const differences: string[] = [];
    let refusedCount = 0;
    for (let count = 0; count < 100_000; count += 1) {
      const { value, host } = randomAddress(random);
      const bytes = bytesOf(host);
      const { isAllowed } = judgeAddress(bytes);
      if (!isAllowed) refusedCount += 1;
      const isRead = toNumber(bytes) === value;
      if (!isRead || isAllowed !== isPublicNumber(value)) differences.push(`${host} ${isAllowed} ${isRead}`);
    }
    expect(differences.slice(0, 10)).toEqual([]);
    // Both verdicts were needed.
    expect(refusedCount).toBeGreaterThan(30_000);
    expect(refusedCount).toBeLessThan(90_000);
  });

  it("what is dialled is what was judged: 20,000 addresses survive being written and read again", () => {
    const random = createRandom(7);
    for (let count = 0; count < 20_000; count += 1) {
      const bytes = bytesOf(randomAddress(random).host);
      expect(parseAddress(formatAddress(bytes))).toEqual(bytes);
    }
  });

  it("1,000 public addresses: none is refused", () => {
    const random = createRandom(1_000);
    const hosts = Array.from({ length: 1_000 }, () => randomPublicAddress(random));
    expect(hosts.filter((host) => !judgeAddress(bytesOf(host)).isAllowed)).toEqual([]);
  });
});

test.each([
  ["10.0.0.1", "private"],
  ["172.31.255.255", "private"],
  ["172.32.0.0", "public"],
  ["100.100.100.200", "metadata"],
  ["169.254.169.254", "metadata"],
  ["::ffff:a9fe:a9fe", "metadata"],
  ["64:ff9b::a9fe:a9fe", "metadata"],
  ["64:ff9b::8.8.8.8", "public"],
  ["64:ff9b:1::8.8.8.8", "reserved"],
  ["168.63.129.16", "metadata"],
  ["fd00:ec2::254", "private"],
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["::7f00:1", "tunnel"],
  ["2002:808:808::", "tunnel"],
  ["2001:0:808:808::1", "tunnel"],
  ["2001:4860:4860::8888", "public"],
  ["ff02::1", "multicast"],
  ["255.255.255.255", "reserved"],
  ["5f00::1", "reserved"],
])("%s is %s", (text, reason) => {
  const bytes = parseAddress(text);
  expect(bytes === null ? null : judgeAddress(bytes).reason).toBe(reason);
});

test.each([
  "",
  "1",
  "1.2.3",
  "1.2.3.4.5",
  "01.2.3.4",
  "256.1.1.1",
  "1.2.3.4 ",
  "0x7f.0.0.1",
  "::1%eth0",
  "[::1]",
  ":",
  ":::",
])("%j is not an address in plain notation", (text) => expect(parseAddress(text)).toBeNull());

test.each([
  "1::2::3",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4:5:6:7::8:9",
  "g::",
  "12345::",
  "1.2.3.4::",
  "::1.2.3.4:5",
])("%j is not an address either", (text) => expect(parseAddress(text)).toBeNull());

test("bytes of another length are refused", () => {
  expect(judgeAddress(Uint8Array.of(8, 8, 8, 8))).toEqual({ isAllowed: false, reason: "malformed" });
});

describe("blocks that the operator allows", () => {
  const judge = createAddressJudge(["10.20.0.0/16", "fd12::/16", "127.0.0.1"]);
  const verdict = (text: string): string | undefined => judge(parseAddress(text) ?? new Uint8Array()).reason;
  it("lets these through and nothing beside them", () => {
    expect(["10.20.255.1", "fd12::1", "127.0.0.1"].map(verdict)).toEqual(
      new Array(3).fill("operator-allowed"),
    );
    expect(["10.21.0.0", "fd13::1", "127.0.0.2", "8.8.8.8"].map(verdict)).toEqual([
      ...["private", "private", "loopback", "public"],
    ]);
  });
  it.each(["10.0.0.0/33", "10.0.0/8", "x", "", "::/129", "10.0.0.0/8/8"])("throws on %j", (text) => {
    expect(() => createAddressJudge([text])).toThrow("malformed");
  });
});
