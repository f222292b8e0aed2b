import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

export interface ApiKeys {
  readonly publishableKey: string;
  readonly secretKey: string;
}

export type KeyRole = "anon" | "service_role";

/**
 * "none": the request carries no key. "wrong": it carries one that is not ours. Otherwise the key's role, and whether a
 * bearer of the caller's own is there, which then outranks the key.
 */
export type KeyCheck = "none" | "wrong" | { readonly role: KeyRole; readonly hasUserToken: boolean };

function isSame(given: string, expected: string): boolean {
  // Hashed first: timingSafeEqual wants equal lengths, and the length of a key is nobody's business either.
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function findRole(key: string, keys: ApiKeys): KeyRole | null {
  if (isSame(key, keys.publishableKey)) return "anon";
  return isSame(key, keys.secretKey) ? "service_role" : null;
}

const isApiKey = (token: string): boolean =>
  token.startsWith("sb_publishable_") || token.startsWith("sb_secret_");

/** The token of an Authorization: Bearer header, or null. */
export function readBearer(request: IncomingMessage): string | null {
  return /^Bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? "")?.[1] ?? null;
}

/** Judges the key in header `apikey` or parameter ?apikey, and a key that supabase-js sends again as bearer. */
export function checkApiKey(request: IncomingMessage, url: URL, keys: ApiKeys): KeyCheck {
  const header = request.headers.apikey;
  const given = (Array.isArray(header) ? header[0] : header) ?? url.searchParams.get("apikey");
  const bearer = readBearer(request);
  const role = given === null ? null : findRole(given, keys);
  if (given !== null && role === null) return "wrong";
  if (bearer !== null && isApiKey(bearer) && bearer !== given && findRole(bearer, keys) === null)
    return "wrong";
  if (role === null) return "none";
  return { role, hasUserToken: bearer !== null && !isApiKey(bearer) };
}
