import type { Secret } from "../crypto/secret.ts";

const encoder = new TextEncoder();

/**
 * Compares a credential with a secret in a time that tells neither where they differ nor how long the secret is: what
 * is compared are HMACs of both under a key of this moment.
 */
export async function isSameSecret(candidate: string, secret: Secret): Promise<boolean> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey(
    "raw",
    crypto.getRandomValues(new Uint8Array(32)),
    algorithm,
    false,
    ["sign"],
  );
  const [left, right] = await Promise.all(
    [candidate, secret.reveal()].map((text) => crypto.subtle.sign("HMAC", key, encoder.encode(text))),
  );
  if (left === undefined || right === undefined) return false;
  const [a, b] = [new Uint8Array(left), new Uint8Array(right)];
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}
