/** Quotes a SQL identifier. Throws for what Postgres cannot name: empty, over 63 bytes, or with U+0000 in it. */
export function quoteIdentifier(name: string): string {
  const byteCount = new TextEncoder().encode(name).length;
  if (byteCount === 0 || byteCount > 63 || name.includes("\0")) throw new Error("not a Postgres identifier");
  return `"${name.replaceAll('"', '""')}"`;
}
