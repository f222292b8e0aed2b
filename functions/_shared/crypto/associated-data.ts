const encoder = new TextEncoder();

/**
 * Joins parts into bytes that cannot be mistaken for those of other parts: each is preceded by its length (4 bytes,
 * big-endian), so moving a character from one part to the next gives different bytes.
 */
export function toAssociatedData(parts: readonly (string | number)[]): Uint8Array<ArrayBuffer> {
  const encoded = parts.map((part) => encoder.encode(String(part)));
  const bytes = new Uint8Array(encoded.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of encoded) {
    view.setUint32(at, part.length);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}
