import type { Db } from "../db/port.ts";
import { fail, type Result } from "../errors/result.ts";
import { describeError } from "../log/describe-error.ts";
import type { Logger } from "../log/logger.ts";
import { createJobContext } from "./create-job-context.ts";
import type { Job, JobHandler, JobOutcome } from "./job.ts";
import { deferJob, failJob, type LeftStatus, toScope } from "./job-store.ts";
import type { Lease } from "./keep-leases.ts";

/** How a job left this worker. `unwritten`: the database was away; the lease will expire and the job come again. */
export type JobEnd = "completed" | "failed" | "retried" | "deferred" | "cancelled" | "fenced" | "unwritten";

export interface RunJobOptions {
  readonly db: Db;
  readonly handlers: Readonly<Record<string, JobHandler>>;
  readonly lease: Lease;
  /** Ends the job well; false when it was fenced off. Gathers the ends of several jobs in one statement. */
  readonly complete: () => Promise<Result<boolean>>;
  readonly log: Logger;
  readonly clock: () => Date;
}

/** Pauses between tries to write down how a job ended, while the database is away. */
const writePausesMs = [200, 1_000, 3_000];

/** Runs the handler. A throw says by its class what happened; its message may quote anything and is not stored. */
async function callHandler(
  job: Job,
  options: RunJobOptions,
  createLog: () => Logger,
): Promise<JobOutcome | "overdue"> {
  const handler = Object.hasOwn(options.handlers, job.type) ? options.handlers[job.type] : undefined;
  if (handler === undefined) {
    const message = "No handler knows this type of job.";
    return { kind: "failed", code: "UNKNOWN_JOB_TYPE", message, retryable: false };
  }
  const { db, lease } = options;
  try {
    return await Promise.race([handler(job, createJobContext(job, lease, db, createLog)), lease.whenOverdue]);
  } catch (error) {
    const fields = describeError(error);
    createLog().error("job-handler-fault", fields);
    const state = fields.sqlState === undefined ? "" : ` (SQLSTATE ${fields.sqlState})`;
    const message = `The handler threw ${fields.errorName}${state}.`;
    return { kind: "failed", code: "HANDLER_FAULT", message, retryable: true };
  }
}

function toEnd(status: LeftStatus, ifPending: JobEnd): JobEnd {
  if (status === null) return "fenced";
  return status === "pending" ? ifPending : status;
}

async function writeOutcome(job: Job, outcome: JobOutcome, options: RunJobOptions): Promise<Result<JobEnd>> {
  const { db, clock, complete } = options;
  if (outcome.kind === "ended") return { ok: true, value: "completed" };
  if (outcome.kind === "completed") {
    const held = await complete();
    return held.ok ? { ok: true, value: held.value ? "completed" : "fenced" } : held;
  }
  if (outcome.kind === "again") {
    const left = await deferJob(db, job, outcome.runAt ?? clock());
    return left.ok ? { ok: true, value: toEnd(left.value, "deferred") } : left;
  }
  const left = await failJob(db, job, outcome);
  return left.ok ? { ok: true, value: toEnd(left.value, "retried") } : left;
}

/** Tries again while the database is away. All these writes are fenced, so a repeated one changes nothing. */
async function writeEnd(job: Job, outcome: JobOutcome, options: RunJobOptions): Promise<JobEnd> {
  for (const pauseMs of [...writePausesMs, null]) {
    const end = await writeOutcome(job, outcome, options).catch((error: unknown) => {
      options.log.error("job-end-fault", describeError(error));
      return fail("INTERNAL");
    });
    if (end.ok) return end.value;
    if (pauseMs !== null) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  options.log.warn("job-end-unwritten", { jobId: job.id });
  return "unwritten";
}

/** Runs one claimed job to an end that is written down, unless another worker has taken the job over. */
export async function runJob(job: Job, options: RunJobOptions): Promise<JobEnd> {
  const { lease, log } = options;
  const fields = {
    jobId: job.id,
    jobType: job.type,
    attempt: job.attempts,
    requestId: toScope(job).requestId,
  };
  const createLog = () => log.with(job.tenantId === null ? fields : { ...fields, tenantId: job.tenantId });
  try {
    const outcome = await callHandler(job, options, createLog);
    if (lease.isLost()) return "fenced";
    // It ignored that it was to stop and may still be at work: its lease runs out, and the fence stops what it writes.
    if (outcome === "overdue") return "unwritten";
    const end = await writeEnd(job, outcome, options);
    createLog().info("job-ended", { code: outcome.kind === "failed" ? outcome.code : end });
    return end;
  } finally {
    lease.release();
  }
}
