import type { Result } from "../errors/result.ts";

/** A person's access token, verified. */
export interface VerifiedToken {
  /** Lower-case uuid. */
  readonly userId: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

/** Fails with TOKEN_INVALID, TOKEN_EXPIRED or KEYS_UNAVAILABLE. */
export interface TokenVerifier {
  verify(token: string): Promise<Result<VerifiedToken>>;
}
