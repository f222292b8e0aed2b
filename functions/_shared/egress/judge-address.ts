import {
  type AddressBlock,
  type AddressKind,
  carriers,
  globalUnicast,
  isInBlock,
  parseBlock,
  specialV4,
  specialV6,
} from "./address-blocks.ts";

export interface AddressVerdict {
  readonly isAllowed: boolean;
  readonly reason: AddressKind;
}

export type JudgeAddress = (bytes: Uint8Array) => AddressVerdict;

const v4Prefix: AddressBlock = {
  bytes: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff),
  bitCount: 96,
};

function toMapped(bytes: Uint8Array): Uint8Array {
  const mapped = new Uint8Array(16);
  mapped.set(v4Prefix.bytes);
  mapped.set(bytes.subarray(12), 12);
  return mapped;
}

function findKind(bytes: Uint8Array): AddressKind {
  if (bytes.length !== 16) return "malformed";
  if (carriers.some((carrier) => isInBlock(bytes, carrier))) {
    const v4 = toMapped(bytes);
    return specialV4.find((block) => isInBlock(v4, block))?.kind ?? "public";
  }
  const special = specialV6.find((block) => isInBlock(bytes, block));
  if (special) return special.kind;
  return isInBlock(bytes, globalUnicast) ? "public" : "reserved";
}

/**
 * Whether a tenant may reach the address, given as its 16 bytes (IPv4 as ::ffff:a.b.c.d). Bytes, because there are many
 * notations of one address: IPv4 inside mapped and NAT64 addresses counts as itself; 6to4, Teredo and IPv4-compatible
 * addresses lead through a tunnel to anywhere and are refused.
 */
export const judgeAddress: JudgeAddress = (bytes) => {
  const reason = findKind(bytes);
  return { isAllowed: reason === "public", reason };
};

/**
 * A judge that also lets through the blocks (such as 10.20.0.0/16) that the operator named, for targets inside the
 * operator's own network. The list must come from the environment, never from what a tenant sent. Throws on a text that
 * is no block.
 */
export function createAddressJudge(operatorBlocks: readonly string[]): JudgeAddress {
  const blocks = operatorBlocks.map((text) => {
    const block = parseBlock(text);
    if (block === null) throw new Error("an address block that the operator allows is malformed");
    return block;
  });
  return (bytes) => {
    const verdict = judgeAddress(bytes);
    if (verdict.isAllowed || !blocks.some((block) => isInBlock(bytes, block))) return verdict;
    return { isAllowed: true, reason: "operator-allowed" };
  };
}
