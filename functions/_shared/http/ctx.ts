import type { Caller } from "../auth/caller.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import type { Db } from "../db/port.ts";
import type { FunctionEnv } from "../env/function-env.ts";
import type { Logger } from "../log/logger.ts";

/** What a route and the use case below it may reach. */
export interface SystemCtx {
  readonly db: Db;
  readonly env: FunctionEnv;
  readonly clock: () => Date;
  readonly log: Logger;
  readonly requestId: string;
  readonly keyring: KeyRing;
  /** Aborted when the request has taken too long. */
  readonly signal: AbortSignal;
  /** Lets work go on after the response. */
  waitUntil(work: Promise<unknown>): void;
  /** Tells the scheduler function, after the response, that there is work. Never fails. */
  wakeScheduler(): void;
}

/** As SystemCtx, for a person. */
export interface Ctx extends SystemCtx {
  readonly caller: Caller;
  /** A uuid for what the request makes. One that was sent again with its Idempotency-Key has the same. */
  readonly operationId: string;
}
