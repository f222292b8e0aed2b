import type { TokenVerifier } from "../auth/token-verifier.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import type { Db } from "../db/port.ts";
import type { FunctionEnv } from "../env/function-env.ts";
import type { Logger } from "../log/logger.ts";

/** What an app needs of the outside. Tests replace single ones. */
export interface Services {
  readonly env: FunctionEnv;
  readonly db: Db;
  readonly verifier: TokenVerifier;
  readonly keyring: KeyRing;
  readonly clock: () => Date;
  readonly log: Logger;
  /** Lets work go on after the response. */
  waitUntil(work: Promise<unknown>): void;
  /** Wakes the scheduler function. Rejects when it cannot be reached. */
  callScheduler(): Promise<void>;
}
