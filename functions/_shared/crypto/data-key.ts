import { toAssociatedData } from "./associated-data.ts";
import type { KeyRing } from "./key-ring.ts";

/** A tenant's unwrapped data key: AES-256-GCM, non-extractable. */
export interface DataKey {
  readonly version: number;
  readonly key: CryptoKey;
}

/** What a wrapped key is bound to: it opens for no other tenant and no other version. */
export interface DataKeyBinding {
  /** The nil uuid for the platform's own key. */
  readonly tenantId: string;
  readonly version: number;
}

export interface WrappedDataKey extends DataKeyBinding {
  /** Format byte, 12 bytes nonce, ciphertext with its tag. */
  readonly wrapped: Uint8Array;
  readonly masterKeyId: string;
}

/** A wrapped key or sealed value that cannot be opened: damaged, of another binding, or its master key is gone. */
export class EnvelopeError extends Error {
  override readonly name = "EnvelopeError";
}

/** The tenant id under which the platform's own secrets are sealed. */
export const platformTenantId = "00000000-0000-0000-0000-000000000000";

const format = 1;
const nonceBytes = 12;
const cacheMs = 60_000;
const maxCached = 1_000;

interface Cached {
  readonly dataKey: Promise<DataKey>;
  readonly expiresAt: number;
}
const caches = new WeakMap<KeyRing, Map<string, Cached>>();

function toParameters(nonce: Uint8Array<ArrayBuffer>, binding: DataKeyBinding): AesGcmParams {
  const additionalData = toAssociatedData([
    "gantry data key",
    binding.tenantId.toLowerCase(),
    binding.version,
  ]);
  return { name: "AES-GCM", iv: nonce, additionalData };
}

/** Makes a new data key and wraps it under the current master key. */
export async function createDataKey(ring: KeyRing, binding: DataKeyBinding): Promise<WrappedDataKey> {
  const master = await ring.find(ring.currentId);
  if (master === null) throw new EnvelopeError("the current master key is missing");
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
  const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes));
  const sealed = await crypto.subtle.wrapKey("raw", key, master, toParameters(nonce, binding));
  const wrapped = new Uint8Array(1 + nonceBytes + sealed.byteLength);
  wrapped[0] = format;
  wrapped.set(nonce, 1);
  wrapped.set(new Uint8Array(sealed), 1 + nonceBytes);
  return { tenantId: binding.tenantId, version: binding.version, wrapped, masterKeyId: ring.currentId };
}

async function unwrap(ring: KeyRing, row: WrappedDataKey): Promise<DataKey> {
  const master = await ring.find(row.masterKeyId);
  if (master === null) throw new EnvelopeError("the master key of a data key is missing");
  const bytes = Uint8Array.from(row.wrapped);
  if (bytes[0] !== format) throw new EnvelopeError("a wrapped data key has an unknown format");
  const parameters = toParameters(bytes.slice(1, 1 + nonceBytes), row);
  const usages: KeyUsage[] = ["encrypt", "decrypt"];
  try {
    const sealed = bytes.slice(1 + nonceBytes);
    const key = await crypto.subtle.unwrapKey("raw", sealed, master, parameters, "AES-GCM", false, usages);
    return { version: row.version, key };
  } catch {
    throw new EnvelopeError("a data key does not open");
  }
}

/** Node must not wait for the timer before it ends; Deno's timers are numbers and its server runs anyway. */
function unrefTimer(timer: unknown): void {
  if (typeof timer === "object" && timer !== null && "unref" in timer) (timer as { unref(): void }).unref();
}

function toCacheKey(row: WrappedDataKey): string {
  const bytes = String.fromCharCode(...row.wrapped);
  return `${row.tenantId.toLowerCase()} ${row.version} ${row.masterKeyId} ${bytes}`;
}

/**
 * Opens a wrapped data key. Opened keys are kept for 60 seconds; whether a key was destroyed is the database's to say,
 * at each use. Throws an EnvelopeError when it does not open.
 */
export function unwrapDataKey(
  ring: KeyRing,
  row: WrappedDataKey,
  now: number = Date.now(),
): Promise<DataKey> {
  const cache = caches.get(ring) ?? new Map<string, Cached>();
  caches.set(ring, cache);
  const id = toCacheKey(row);
  const cached = cache.get(id);
  if (cached !== undefined && cached.expiresAt > now) return cached.dataKey;
  for (const [key, entry] of cache) {
    if (entry.expiresAt > now && cache.size < maxCached) break;
    cache.delete(key);
  }
  const dataKey = unwrap(ring, row);
  cache.set(id, { dataKey, expiresAt: now + cacheMs });
  // Also when nobody asks any more: an opened key does not outlive its minute.
  unrefTimer(setTimeout(() => cache.delete(id), cacheMs));
  // A failure may be one of a moment; only what opened is kept.
  dataKey.catch(() => cache.delete(id));
  return dataKey;
}
