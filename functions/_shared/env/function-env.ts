import type { Secret } from "../crypto/secret.ts";
import {
  defineEnv,
  httpUrl,
  jwksJson,
  masterKeys,
  optional,
  originList,
  postgresUrl,
  secret,
  text,
  wholeNumber,
} from "./define-env.ts";

/** Configuration that every function reads. */
export interface FunctionEnv {
  /** Connection string of role gantry_edge. */
  readonly databaseUrl: Secret;
  /** HS256 secret of the access tokens. */
  readonly jwtSecret: Secret | null;
  /** Public keys for ES256 and RS256, as JSON. */
  readonly jwks: string | null;
  readonly jwksUrl: string | null;
  /** Tokens of any other issuer are refused; null only where tokens carry none. */
  readonly jwtIssuer: string | null;
  /** Exact origins that browsers may call from. */
  readonly allowedOrigins: readonly string[];
  /** How many proxies of ours stand before the function; each adds one entry to x-forwarded-for. */
  readonly trustedHops: number;
  readonly schedulerSecret: Secret;
  readonly masterKeys: Secret;
  /** Where the other functions are reached. */
  readonly supabaseUrl: string;
}

/** Rules about several variables. */
function findKeyFaults(source: Readonly<Record<string, string | undefined>>): string[] {
  const { GANTRY_JWT_SECRET: jwtSecret, GANTRY_JWKS: jwks, GANTRY_JWKS_URL: jwksUrl } = source;
  if (jwks && jwksUrl) return ["only one of GANTRY_JWKS and GANTRY_JWKS_URL may be set"];
  if (jwtSecret || jwks || jwksUrl) return [];
  return ["one of GANTRY_JWT_SECRET, GANTRY_JWKS and GANTRY_JWKS_URL must be set"];
}

/** Reads the environment of a function. Throws one EnvError with all its faults and none of its values. */
export const parseFunctionEnv: (source: Readonly<Record<string, string | undefined>>) => FunctionEnv =
  defineEnv(
    {
      databaseUrl: ["GANTRY_DB_URL", postgresUrl()],
      jwtSecret: ["GANTRY_JWT_SECRET", optional(secret(32))],
      jwks: ["GANTRY_JWKS", optional(jwksJson())],
      jwksUrl: ["GANTRY_JWKS_URL", optional(httpUrl())],
      jwtIssuer: ["GANTRY_JWT_ISSUER", optional(text())],
      allowedOrigins: ["GANTRY_ALLOWED_ORIGINS", originList()],
      trustedHops: ["GANTRY_TRUSTED_HOPS", wholeNumber(10, 1)],
      schedulerSecret: ["GANTRY_SCHEDULER_SECRET", secret(32)],
      masterKeys: ["GANTRY_MASTER_KEYS", masterKeys()],
      supabaseUrl: ["SUPABASE_URL", httpUrl()],
    },
    findKeyFaults,
  );
