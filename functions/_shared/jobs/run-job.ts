import type { Db } from "../db/port.ts";
import { fail, type Result } from "../errors/result.ts";
import { describeError } from "../log/describe-error.ts";
import type { LogFields, Logger } from "../log/logger.ts";
import { createJobContext } from "./create-job-context.ts";
import type { Job, JobHandler, JobOutcome } from "./job.ts";
import { deferJob, failJob, type LeftStatus } from "./job-store.ts";
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

function toFields(job: Job): LogFields {
  const { id: jobId, type: jobType, attempts: attempt, tenantId } = job;
  const fields = { jobId, jobType, attempt, requestId: job.requestId ?? jobId };
  return tenantId === null ? fields : { ...fields, tenantId };
}

/** A throw says by its class what happened; its message may quote anything and is not stored. */
function toFault(error: unknown, job: Job, log: Logger): JobOutcome {
  const fields = describeError(error);
  log.error("job-handler-fault", { ...toFields(job), ...fields });
  const state = fields.sqlState === undefined ? "" : ` (SQLSTATE ${fields.sqlState})`;
  const message = `The handler threw ${fields.errorName}${state}.`;
  return { kind: "failed", code: "HANDLER_FAULT", message, retryable: true };
}

/** Runs the handler, or gives up on one that does not stop when it is told to. */
function callHandler(job: Job, { handlers, db, lease, log }: RunJobOptions): Promise<JobOutcome | "overdue"> {
  const handler = Object.hasOwn(handlers, job.type) ? handlers[job.type] : undefined;
  if (handler === undefined) {
    const message = "No handler knows this type of job.";
    return Promise.resolve({ kind: "failed", code: "UNKNOWN_JOB_TYPE", message, retryable: false });
  }
  return new Promise((resolve) => {
    lease.onOverdue(() => resolve("overdue"));
    const fail = (error: unknown): void => resolve(toFault(error, job, log));
    try {
      const context = createJobContext(job, lease, db, () => log.with(toFields(job)));
      handler(job, context).then(resolve, fail);
    } catch (error) {
      fail(error);
    }
  });
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
  for (let at = 0; ; at += 1) {
    const end = await writeOutcome(job, outcome, options).catch((error: unknown) => {
      options.log.error("job-end-fault", describeError(error));
      return fail("INTERNAL");
    });
    if (end.ok) return end.value;
    const pauseMs = writePausesMs[at];
    if (pauseMs === undefined) break;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  options.log.warn("job-end-unwritten", { jobId: job.id });
  return "unwritten";
}

/** Runs one claimed job to an end that is written down, unless another worker has taken the job over. */
export async function runJob(job: Job, options: RunJobOptions): Promise<JobEnd> {
  const { lease, log } = options;
  try {
    const outcome = await callHandler(job, options);
    if (lease.isLost()) return "fenced";
    // It ignored that it was to stop and may still be at work: its lease runs out, and the fence stops what it writes.
    if (outcome === "overdue") return "unwritten";
    const end = await writeEnd(job, outcome, options);
    log.info("job-ended", { ...toFields(job), code: outcome.kind === "failed" ? outcome.code : end });
    return end;
  } finally {
    lease.release();
  }
}
