import type { WorkerScope } from "../auth/caller.ts";
import type { Db } from "../db/port.ts";
import type { Logger } from "../log/logger.ts";

/** A claimed job. */
export interface Job {
  readonly id: string;
  readonly tenantId: string | null;
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Grows with each claim; writes with an older one change nothing. A bigint as text. */
  readonly fence: string;
  /** Which attempt this is, from 1. */
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly resourceType: string | null;
  readonly resourceId: string | null;
  readonly requestedBy: string | null;
  readonly requestId: string | null;
}

export interface JobContext {
  readonly db: Db;
  /** For `db.asWorker`: names the tenant and the person who asked. */
  readonly scope: WorkerScope;
  /** Shows how far the job is. False when the lease is lost; `signal` is aborted then. */
  progress(current: number, total: number, message: string): Promise<boolean>;
  /** Prolongs the lease; done by itself while the handler runs. False when the lease is lost. */
  renew(): Promise<boolean>;
  readonly log: Logger;
  /** Aborted when the lease is lost or the wall limit is reached: stop, and write nothing more. */
  readonly signal: AbortSignal;
}

/**
 * How a handler ended. `again`: there is more to do, or it must wait; counts as no attempt. A throw counts as a
 * retryable failure HANDLER_FAULT.
 */
export type JobOutcome =
  | { readonly kind: "completed" }
  | { readonly kind: "failed"; readonly code: string; readonly message: string; readonly retryable: boolean }
  | { readonly kind: "again"; readonly runAt?: Date };

export type JobHandler = (job: Job, ctx: JobContext) => Promise<JobOutcome>;
