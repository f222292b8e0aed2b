import { createHash } from "node:crypto";
import type { Result } from "../errors/result.ts";
import type { TokenVerifier, VerifiedToken } from "./token-verifier.ts";

/** So that a withdrawn signing key ends its tokens soon, whatever their expiry. */
const maxAgeMs = 300_000;
const maxEntries = 1_000;

interface Entry {
  readonly result: Result<VerifiedToken>;
  readonly expiresAtMs: number;
}

/** By node:crypto, at once: WebCrypto's digest goes through the thread pool, which costs ten times what it computes. */
function toId(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

/**
 * Remembers verified tokens by their SHA-256, until they expire and for five minutes at most. The tokens themselves
 * are not kept; refused ones are not remembered.
 */
export function cacheVerifiedTokens(verifier: TokenVerifier, clock: () => Date): TokenVerifier {
  const entries = new Map<string, Entry>();

  const remember = (id: string, result: Result<VerifiedToken>): void => {
    if (!result.ok) return;
    if (entries.size >= maxEntries) {
      const [oldest] = entries.keys();
      if (oldest !== undefined) entries.delete(oldest);
    }
    const expiresAtMs = Math.min(result.value.expiresAt * 1_000, clock().getTime() + maxAgeMs);
    entries.set(id, { result, expiresAtMs });
  };
  return {
    async verify(token) {
      const id = toId(token);
      const entry = entries.get(id);
      if (entry !== undefined && entry.expiresAtMs > clock().getTime()) return entry.result;
      entries.delete(id);
      const result = await verifier.verify(token);
      remember(id, result);
      return result;
    },
  };
}
