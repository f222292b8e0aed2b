import type { Secret } from "../crypto/secret.ts";

/** Configuration that every function reads. */
export interface FunctionEnv {
  /** Connection string of role gantry_edge. */
  readonly databaseUrl: Secret;
  readonly jwtSecret: Secret | null;
  readonly jwks: string | null;
  readonly jwksUrl: string | null;
  readonly jwtIssuer: string | null;
  /** Exact origins that browsers may call from. */
  readonly allowedOrigins: readonly string[];
  readonly schedulerSecret: Secret;
  readonly masterKeys: Secret;
  /** Where the other functions are reached. */
  readonly supabaseUrl: string;
}
