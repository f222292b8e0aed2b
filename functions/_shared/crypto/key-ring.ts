import type { Secret } from "./secret.ts";

/** Master keys, by id. The first is current and wraps new data keys; the others open what they wrapped before. */
export interface KeyRing {
  readonly currentId: string;
  /** A non-extractable AES-GCM key that may only wrap and unwrap; null when no key has this id. */
  find(id: string): Promise<CryptoKey> | null;
}

/** Names the entry that is wrong by its position; never shows any of it. */
export class KeyRingError extends Error {
  override readonly name = "KeyRingError";
}

interface MasterKey {
  readonly id: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const keyBytes = 32;
const idShape = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

function decodeKey(text: string, entry: string): Uint8Array<ArrayBuffer> {
  if (text === "") throw new KeyRingError(`${entry} is empty`);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    throw new KeyRingError(`${entry} is not base64`);
  }
  if (bytes.length !== keyBytes)
    throw new KeyRingError(`${entry} has ${bytes.length} bytes instead of ${keyBytes}`);
  // A key of one repeated byte is a placeholder that somebody forgot to replace.
  if (bytes.every((byte) => byte === bytes[0])) throw new KeyRingError(`${entry} is one byte repeated`);
  return bytes;
}

function parseEntry(text: string, index: number): MasterKey {
  const entry = `master key ${index + 1}`;
  const colon = text.indexOf(":");
  const id = text.slice(0, Math.max(colon, 0)).trim();
  if (!idShape.test(id)) throw new KeyRingError(`${entry} does not begin with an id and a colon`);
  return { id, bytes: decodeKey(text.slice(colon + 1).trim(), entry) };
}

function refuseDuplicates(keys: readonly MasterKey[]): void {
  for (const [index, key] of keys.entries()) {
    for (const earlier of keys.slice(0, index)) {
      if (earlier.id === key.id)
        throw new KeyRingError(`master key ${index + 1} has the id of an earlier one`);
      if (earlier.bytes.every((byte, at) => byte === key.bytes[at])) {
        throw new KeyRingError(`master key ${index + 1} is the same key as an earlier one`);
      }
    }
  }
}

/** Parses `id:base64,id:base64`, 32 bytes each. Throws a KeyRingError for empty, short, repeated or duplicate keys. */
export function createKeyRing(text: Secret): KeyRing {
  const keys = text.reveal().split(",").map(parseEntry);
  refuseDuplicates(keys);
  const [current] = keys;
  if (current === undefined) throw new KeyRingError("there is no master key");
  const pending = new Map(keys.map((key) => [key.id, key.bytes]));
  const imported = new Map<string, Promise<CryptoKey>>();
  return {
    currentId: current.id,
    find(id) {
      const bytes = pending.get(id);
      if (bytes !== undefined) {
        pending.delete(id);
        const key = crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["wrapKey", "unwrapKey"]);
        imported.set(id, key);
        void key.then(() => bytes.fill(0));
      }
      return imported.get(id) ?? null;
    },
  };
}
