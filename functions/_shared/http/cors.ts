/** What browsers may send along, supabase-js's own headers included. */
const allowedHeaders = "authorization, apikey, content-type, x-client-info, x-tenant-id, idempotency-key";
const exposedHeaders = "x-request-id, location, retry-after, idempotent-replayed";
const maxAgeSeconds = "600";

/**
 * CORS headers for an origin of the allow-list; only `Vary` for any other, so that browsers keep the answer from the
 * page. Never a wildcard: what is allowed is named, one by one.
 */
export function toCorsHeaders(
  origin: string | null,
  allowedOrigins: readonly string[],
): Record<string, string> {
  if (origin === null || !allowedOrigins.includes(origin)) return { vary: "Origin" };
  return {
    vary: "Origin",
    "access-control-allow-origin": origin,
    "access-control-expose-headers": exposedHeaders,
  };
}

/** The further headers of a preflight's answer. */
export function toPreflightHeaders(allow: string): Record<string, string> {
  return {
    allow,
    "access-control-allow-methods": allow,
    "access-control-allow-headers": allowedHeaders,
    "access-control-max-age": maxAgeSeconds,
  };
}
