function parseV4(text: string): readonly number[] | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  // No leading zero: some readers take it for octal.
  if (!parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return null;
  return parts.map(Number);
}

/** The 16-bit groups of one side of `::`, a dotted IPv4 address at the very end included. */
function parseGroups(text: string, isEnd: boolean): readonly number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [at, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const v4 = isEnd && at === parts.length - 1 ? parseV4(part) : null;
    if (v4 === null) return null;
    const [a = 0, b = 0, c = 0, d = 0] = v4;
    groups.push((a << 8) | b, (c << 8) | d);
  }
  return groups;
}

function parseV6(text: string): readonly number[] | null {
  const sides = text.split("::");
  const [left = "", right] = sides;
  const head = parseGroups(left, right === undefined);
  const tail = right === undefined ? [] : parseGroups(right, true);
  if (sides.length > 2 || head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (right === undefined ? missing !== 0 : missing < 1) return null;
  return [...head, ...new Array<number>(missing).fill(0), ...tail];
}

/**
 * An address in its plain notation (no brackets, zone or port) as 16 bytes, IPv4 as ::ffff:a.b.c.d. Null for anything
 * else, such as the short and octal forms of IPv4, which the URL parser turns into the plain one.
 */
export function parseAddress(text: string): Uint8Array | null {
  const bytes = new Uint8Array(16);
  if (!text.includes(":")) {
    const v4 = parseV4(text);
    if (v4 === null) return null;
    bytes.set([0xff, 0xff, ...v4], 10);
    return bytes;
  }
  const groups = parseV6(text);
  if (groups === null) return null;
  for (const [at, group] of groups.entries()) bytes.set([group >> 8, group & 0xff], at * 2);
  return bytes;
}
