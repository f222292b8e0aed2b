import type { Db } from "../db/port.ts";
import type { Logger } from "../log/logger.ts";
import type { JobHandler } from "./job.ts";

export interface DrainLimits {
  /** CPU time after which no further job is claimed. */
  readonly cpuMs: number;
  /** After this the drain stops and running handlers are aborted. */
  readonly wallMs: number;
  /** Jobs claimed at once; they run one after the other. */
  readonly batch: number;
}

export interface DrainOptions {
  readonly db: Db;
  readonly handlers: Readonly<Record<string, JobHandler>>;
  /** Name of this worker, for people who look at the table. */
  readonly worker: string;
  readonly limits: DrainLimits;
  readonly leaseSeconds: number;
  readonly log: Logger;
  readonly clock: () => Date;
}

export interface DrainReport {
  readonly claimed: number;
  readonly completed: number;
  /** Ended for good. */
  readonly failed: number;
  /** Will be tried again. */
  readonly retried: number;
  /** Put back by their handler. */
  readonly deferred: number;
  /** Lost to another worker. */
  readonly fenced: number;
  /** Why the drain ended. */
  readonly stoppedBy: "empty" | "cpu" | "wall";
}
