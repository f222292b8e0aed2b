import type { Db } from "../db/port.ts";
import { fail, type Result } from "../errors/result.ts";
import { describeError } from "../log/describe-error.ts";
import type { Logger } from "../log/logger.ts";
import { holdLease, type Lease } from "./hold-lease.ts";
import type { Job, JobContext, JobHandler, JobOutcome } from "./job.ts";
import { completeJob, deferJob, failJob, reportProgress, toScope } from "./job-store.ts";

/** How a job left this worker. `unwritten`: the database was away; the lease will expire and the job come again. */
export type JobEnd = "completed" | "failed" | "retried" | "deferred" | "fenced" | "unwritten";

export interface RunJobOptions {
  readonly db: Db;
  readonly handlers: Readonly<Record<string, JobHandler>>;
  readonly leaseSeconds: number;
  readonly log: Logger;
  readonly clock: () => Date;
  readonly stop: AbortSignal;
}

/** How long a handler may take to notice that it is to stop. */
const stopGraceMs = 5_000;
/** Pauses between tries to write down how a job ended, while the database is away. */
const writePausesMs = [200, 1_000, 3_000];

function createContext(job: Job, lease: Lease, { db, log }: RunJobOptions): JobContext {
  return {
    db,
    scope: toScope(job),
    log,
    signal: lease.signal,
    renew: () => lease.renew(),
    async progress(current, total, message) {
      if (lease.isLost()) return false;
      const reported = await reportProgress(db, job, { current, total, message });
      if (reported.ok && !reported.value) lease.lose();
      // Progress that could not be shown is no reason to stop; the next renewal knows more.
      return !lease.isLost();
    },
  };
}

/** Resolves `ms` after the signal is aborted; never without it. */
function whenStopped(signal: AbortSignal, ms: number): { readonly done: Promise<"stopped">; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort = (): void => undefined;
  const done = new Promise<"stopped">((resolve) => {
    onAbort = () => {
      timer = setTimeout(() => resolve("stopped"), ms);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  return {
    done,
    cancel() {
      signal.removeEventListener("abort", onAbort);
      clearTimeout(timer);
    },
  };
}

/** Runs the handler. A throw says by its class what happened; its message may quote anything and is not stored. */
async function callHandler(job: Job, lease: Lease, options: RunJobOptions): Promise<JobOutcome | "stopped"> {
  const handler = Object.hasOwn(options.handlers, job.type) ? options.handlers[job.type] : undefined;
  if (handler === undefined) {
    const message = "No handler knows this type of job.";
    return { kind: "failed", code: "UNKNOWN_JOB_TYPE", message, retryable: false };
  }
  const stopped = whenStopped(lease.signal, stopGraceMs);
  try {
    return await Promise.race([handler(job, createContext(job, lease, options)), stopped.done]);
  } catch (error) {
    const fields = describeError(error);
    options.log.error("job-handler-fault", fields);
    const state = fields.sqlState === undefined ? "" : ` (SQLSTATE ${fields.sqlState})`;
    const message = `The handler threw ${fields.errorName}${state}.`;
    return { kind: "failed", code: "HANDLER_FAULT", message, retryable: true };
  } finally {
    stopped.cancel();
  }
}

function writeOutcome(job: Job, outcome: JobOutcome, { db, clock }: RunJobOptions): Promise<Result<JobEnd>> {
  const toEnd = async (call: Promise<Result<boolean>>, end: JobEnd): Promise<Result<JobEnd>> => {
    const held = await call;
    return held.ok ? { ok: true, value: held.value ? end : "fenced" } : held;
  };
  if (outcome.kind === "completed") return toEnd(completeJob(db, job), "completed");
  if (outcome.kind === "again") return toEnd(deferJob(db, job, outcome.runAt ?? clock()), "deferred");
  return failJob(db, job, outcome).then((status): Result<JobEnd> => {
    if (!status.ok) return status;
    if (status.value === null) return { ok: true, value: "fenced" };
    return { ok: true, value: status.value === "failed" ? "failed" : "retried" };
  });
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
  options.log.warn("job-end-unwritten");
  return "unwritten";
}

/** Runs one claimed job to an end that is written down, unless another worker has taken the job over. */
export async function runJob(job: Job, options: RunJobOptions): Promise<JobEnd> {
  const fields = {
    jobId: job.id,
    jobType: job.type,
    attempt: job.attempts,
    requestId: toScope(job).requestId,
  };
  const log = options.log.with(job.tenantId === null ? fields : { ...fields, tenantId: job.tenantId });
  const ownOptions = { ...options, log };
  const lease = holdLease(job, ownOptions);
  try {
    const outcome = await callHandler(job, lease, ownOptions);
    if (lease.isLost()) return "fenced";
    // It ignored the end of the drain and may still be at work: its lease runs out, and the fence stops what it writes.
    if (outcome === "stopped") return "unwritten";
    const end = await writeEnd(job, outcome, ownOptions);
    log.info("job-ended", outcome.kind === "failed" ? { code: outcome.code } : { code: end });
    return end;
  } finally {
    lease.release();
  }
}
