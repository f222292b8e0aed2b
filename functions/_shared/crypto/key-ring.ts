import type { Secret } from "./secret.ts";

/** Master keys, by id. The first is current and wraps new data keys; the others open what they wrapped before. */
export interface KeyRing {
  readonly currentId: string;
  /** A non-extractable AES-GCM key that may only wrap and unwrap; null when no key has this id. */
  find(id: string): Promise<CryptoKey> | null;
  /** A non-extractable key for one purpose, by HKDF (RFC 5869) from the master key; null when no key has this id. */
  derive(id: string, purpose: DerivedPurpose): Promise<CryptoKey> | null;
}

/** What a derived key is for. Keys of two purposes say nothing about each other. */
export interface DerivedPurpose {
  readonly name: string;
  readonly algorithm: "HMAC" | "AES-GCM";
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

interface ImportedKey {
  readonly wrapping: CryptoKey;
  /** Only good for deriving others. */
  readonly source: CryptoKey;
}

async function importKey(bytes: Uint8Array<ArrayBuffer>): Promise<ImportedKey> {
  const [wrapping, source] = await Promise.all([
    crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["wrapKey", "unwrapKey"]),
    crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]),
  ]);
  bytes.fill(0);
  return { wrapping, source };
}

function deriveKey(source: CryptoKey, { name, algorithm }: DerivedPurpose): Promise<CryptoKey> {
  const info = new TextEncoder().encode(`gantry ${name}`);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return algorithm === "HMAC"
    ? crypto.subtle.deriveKey(derivation, source, { name: "HMAC", hash: "SHA-256", length: 256 }, false, [
        "sign",
      ])
    : crypto.subtle.deriveKey(derivation, source, { name: "AES-GCM", length: 256 }, false, [
        "encrypt",
        "decrypt",
      ]);
}

/** Parses `id:base64,id:base64`, 32 bytes each. Throws a KeyRingError for empty, short, repeated or duplicate keys. */
export function createKeyRing(text: Secret): KeyRing {
  const keys = text.reveal().split(",").map(parseEntry);
  refuseDuplicates(keys);
  const [current] = keys;
  if (current === undefined) throw new KeyRingError("there is no master key");
  const pending = new Map(keys.map((key) => [key.id, key.bytes]));
  const imported = new Map<string, Promise<ImportedKey>>();
  const load = (id: string): Promise<ImportedKey> | null => {
    const bytes = pending.get(id);
    if (bytes !== undefined) {
      pending.delete(id);
      imported.set(id, importKey(bytes));
    }
    return imported.get(id) ?? null;
  };
  return {
    currentId: current.id,
    find: (id) => load(id)?.then((key) => key.wrapping) ?? null,
    derive: (id, purpose) => load(id)?.then((key) => deriveKey(key.source, purpose)) ?? null,
  };
}
