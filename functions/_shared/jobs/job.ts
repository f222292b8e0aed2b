import type { WorkerScope } from "../auth/caller.ts";
import type { Db, Tx } from "../db/port.ts";
import type { Result } from "../errors/result.ts";
import type { Logger } from "../log/logger.ts";

/** A claimed job. */
export interface Job {
  readonly id: string;
  readonly tenantId: string | null;
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** What the handler last stored by `ctx.checkpoint`; null at first. */
  readonly checkpoint: Readonly<Record<string, unknown>> | null;
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
  /**
   * Stores where to go on, and in the same transaction does the `work` that this stands for: both or neither. False,
   * and nothing written, when the lease is lost. At most 16 KiB of JSON. Throws when the database refuses or is away.
   */
  checkpoint(
    value: Readonly<Record<string, unknown>>,
    work?: (tx: Tx) => Promise<Result<unknown>>,
  ): Promise<boolean>;
  /**
   * Ends the job and does its last work in one transaction: an effect in our own database that takes place exactly
   * once, whenever the worker dies. Return what it gives.
   */
  completeWith(work: (tx: Tx) => Promise<Result<unknown>>): Promise<JobOutcome>;
  /** Prolongs the lease; done by itself while the handler runs. False when the lease is lost. */
  renew(): Promise<boolean>;
  readonly log: Logger;
  /** Aborted when the lease is lost, the job is to be cancelled or the wall limit is reached: stop, write nothing more. */
  readonly signal: AbortSignal;
}

/**
 * How a handler ended. `again`: there is more to do, or it must wait; counts as no attempt. A throw counts as a
 * retryable failure HANDLER_FAULT. `ended`: by `completeWith`. A job that is to be cancelled ends so whatever its
 * handler says, unless it says `completed`.
 */
export type JobOutcome =
  | { readonly kind: "completed" }
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly code: string; readonly message: string; readonly retryable: boolean }
  | { readonly kind: "again"; readonly runAt?: Date };

export type JobHandler = (job: Job, ctx: JobContext) => Promise<JobOutcome>;
