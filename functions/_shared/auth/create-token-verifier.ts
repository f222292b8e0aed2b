import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
  type ProtectedHeaderParameters,
} from "jose";
import type { Secret } from "../crypto/secret.ts";
import { fail, ok, type Result } from "../errors/result.ts";
import { isTokenShaped } from "./is-token-shaped.ts";
import type { TokenVerifier, VerifiedToken } from "./token-verifier.ts";

export interface VerifierOptions {
  /** For HS256. */
  readonly jwtSecret: Secret | null;
  /** For ES256 and RS256: a key set as JSON, or where to fetch one. */
  readonly jwks: string | null;
  readonly jwksUrl: string | null;
  /** Other issuers are refused; null accepts tokens of any or none. */
  readonly jwtIssuer: string | null;
  readonly clock: () => Date;
}

/** Which key verifies, and by which algorithms. Decided by our configuration; the token only picks among these. */
interface KeySource {
  readonly algorithms: readonly string[];
  readonly getKey: JWTVerifyGetKey;
}

const clockToleranceSeconds = 5;
const keySetMaxAgeMs = 600_000;
/** An unknown key id fetches the set again, but not more often than this. */
const keySetCooldownMs = 30_000;
const keySetTimeoutMs = 5_000;
const uuidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Headers that bring or name a key of the sender's choice, or that demand an extension we do not know. */
const refusedHeaders = ["crit", "jku", "jwk", "x5u", "x5c", "b64", "zip", "enc"] as const;

function createSecretSource(jwtSecret: Secret): KeySource {
  const bytes = new TextEncoder().encode(jwtSecret.reveal());
  const usages: KeyUsage[] = ["verify"];
  const key = crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, usages);
  return { algorithms: ["HS256"], getKey: () => key };
}

function createKeySetSource({ jwks, jwksUrl }: VerifierOptions): KeySource | null {
  const algorithms = ["ES256", "RS256"];
  // Both look for a key whose id, type, curve and own `alg` fit the algorithm, which is one of ours by then.
  if (jwks !== null) return { algorithms, getKey: createLocalJWKSet(JSON.parse(jwks) as JSONWebKeySet) };
  if (jwksUrl === null) return null;
  const getKey = createRemoteJWKSet(new URL(jwksUrl), {
    cacheMaxAge: keySetMaxAgeMs,
    cooldownDuration: keySetCooldownMs,
    timeoutDuration: keySetTimeoutMs,
  });
  return { algorithms, getKey };
}

function readHeader(token: string): ProtectedHeaderParameters | null {
  // The library overlooks white space inside of a part.
  if (!isTokenShaped(token)) return null;
  try {
    const header = decodeProtectedHeader(token);
    return refusedHeaders.some((name) => Object.hasOwn(header, name)) ? null : header;
  } catch {
    return null;
  }
}

/** A token counts as a person's only if all of this holds, however validly it is signed. */
function toVerifiedToken(claims: JWTPayload): Result<VerifiedToken> {
  const { sub, exp } = claims;
  const isPerson = claims.role === "authenticated" && (claims.is_anonymous ?? false) === false;
  if (!isPerson || typeof exp !== "number" || typeof sub !== "string" || !uuidShape.test(sub)) {
    return fail("TOKEN_INVALID");
  }
  return ok({ userId: sub.toLowerCase(), claims, expiresAt: exp });
}

/** What came of fetching the key set is not the caller's fault, unless it came and has no such key. */
function toFailedResult(error: unknown): Result<never> {
  if (error instanceof errors.JWTExpired) return fail("TOKEN_EXPIRED");
  const isTokenFault =
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys;
  return isTokenFault ? fail("TOKEN_INVALID") : fail("KEYS_UNAVAILABLE", { retryAfterSeconds: 5 });
}

/**
 * Verifies Supabase access tokens (RFC 7519): HS256 by the shared secret, ES256 and RS256 by the key set, both during
 * a rotation. Demands audience and role `authenticated`, a uuid as subject, an expiry, and the issuer if one is set.
 */
export function createTokenVerifier(options: VerifierOptions): TokenVerifier {
  const shared = options.jwtSecret === null ? null : createSecretSource(options.jwtSecret);
  const keySet = createKeySetSource(options);

  const findSource = (header: ProtectedHeaderParameters): KeySource | null => {
    if (header.alg === "HS256") return shared;
    // Without a key id, any key of the set might be tried; the platform's tokens always have one.
    return typeof header.kid === "string" ? keySet : null;
  };
  return {
    async verify(token) {
      const header = readHeader(token);
      const source = header === null ? null : findSource(header);
      if (source === null) return fail("TOKEN_INVALID");
      try {
        const { payload } = await jwtVerify(token, source.getKey, {
          algorithms: [...source.algorithms],
          audience: "authenticated",
          ...(options.jwtIssuer === null ? {} : { issuer: options.jwtIssuer }),
          clockTolerance: clockToleranceSeconds,
          currentDate: options.clock(),
        });
        return toVerifiedToken(payload);
      } catch (error) {
        return toFailedResult(error);
      }
    },
  };
}
