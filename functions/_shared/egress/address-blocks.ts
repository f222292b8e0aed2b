import { parseAddress } from "./parse-address.ts";

/** What kind of address it is; "public" is the only kind that a tenant may reach. */
export type AddressKind =
  | "public"
  | "operator-allowed"
  | "malformed"
  | "unspecified"
  | "loopback"
  | "private"
  | "shared"
  | "link-local"
  | "metadata"
  | "documentation"
  | "benchmark"
  | "protocol"
  | "tunnel"
  | "multicast"
  | "reserved";

/** A run of addresses that share their first bits. */
export interface AddressBlock {
  readonly bytes: Uint8Array;
  readonly bitCount: number;
}

type NamedBlock = AddressBlock & { readonly kind: AddressKind };

/** In IPv4 and IPv6 notation, such as 10.0.0.0/8 or fd00::/8. Null when it is neither. */
export function parseBlock(text: string): AddressBlock | null {
  const [address = "", bits, ...rest] = text.trim().split("/");
  const bytes = parseAddress(address);
  const isV4 = !address.includes(":");
  const width = isV4 ? 32 : 128;
  if (bytes === null || rest.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return null;
  const bitCount = bits === undefined ? width : Number(bits);
  return bitCount > width ? null : { bytes, bitCount: bitCount + (isV4 ? 96 : 0) };
}

/** Whether the address, 16 bytes, lies in the block. */
export function isInBlock(bytes: Uint8Array, block: AddressBlock): boolean {
  const whole = block.bitCount >> 3;
  for (let at = 0; at < whole; at += 1) if (bytes[at] !== block.bytes[at]) return false;
  const rest = block.bitCount & 7;
  if (rest === 0) return true;
  return ((bytes[whole] ?? 0) ^ (block.bytes[whole] ?? 0)) >> (8 - rest) === 0;
}

function toBlocks(table: readonly (readonly [string, AddressKind])[]): readonly NamedBlock[] {
  return table.map(([text, kind]) => {
    const block = parseBlock(text);
    if (block === null) throw new Error(`${text} is not an address block`);
    return { ...block, kind };
  });
}

/** 16 bytes whose last four are an IPv4 address that the packets end up at. */
export const carriers: readonly AddressBlock[] = toBlocks([
  ["::ffff:0:0/96", "public"], // IPv4-mapped, RFC 4291
  ["64:ff9b::/96", "public"], // NAT64, RFC 6052: how an IPv6-only network reaches IPv4
]);

/** IANA's special-purpose registry for IPv4, and what clouds answer at; the first that fits counts. */
export const specialV4: readonly NamedBlock[] = toBlocks([
  ["0.0.0.0/8", "unspecified"],
  ["10.0.0.0/8", "private"],
  ["100.100.100.200", "metadata"], // Alibaba
  ["100.64.0.0/10", "shared"],
  ["127.0.0.0/8", "loopback"],
  ["168.63.129.16", "metadata"], // Azure's host agent, an address of the public space
  ["169.254.169.254", "metadata"],
  ["169.254.0.0/16", "link-local"],
  ["172.16.0.0/12", "private"],
  ["192.0.0.0/24", "protocol"],
  ["192.0.2.0/24", "documentation"],
  ["192.31.196.0/24", "protocol"], // AS112
  ["192.52.193.0/24", "tunnel"], // AMT
  ["192.88.99.0/24", "tunnel"], // 6to4 relays
  ["192.168.0.0/16", "private"],
  ["192.175.48.0/24", "protocol"], // AS112
  ["198.18.0.0/15", "benchmark"],
  ["198.51.100.0/24", "documentation"],
  ["203.0.113.0/24", "documentation"],
  ["224.0.0.0/4", "multicast"],
  ["240.0.0.0/4", "reserved"],
]);

/** The same for IPv6. What is in none of them and outside of 2000::/3 is reserved. */
export const specialV6: readonly NamedBlock[] = toBlocks([
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["::/96", "tunnel"], // IPv4-compatible
  ["2001::/32", "tunnel"], // Teredo
  ["2001::/23", "protocol"],
  ["2001:db8::/32", "documentation"],
  ["2002::/16", "tunnel"], // 6to4
  ["2620:4f:8000::/48", "protocol"], // AS112
  ["3fff::/20", "documentation"],
  ["fc00::/7", "private"],
  ["fe80::/10", "link-local"],
  ["fec0::/10", "private"], // site-local, deprecated
  ["ff00::/8", "multicast"],
]);

/** The only part of IPv6 that holds public hosts. */
export const globalUnicast: AddressBlock = toBlocks([["2000::/3", "public"]])[0] as AddressBlock;
