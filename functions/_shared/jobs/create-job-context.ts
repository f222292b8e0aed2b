import type { Db, Tx } from "../db/port.ts";
import { ok, type Result } from "../errors/result.ts";
import type { Logger } from "../log/logger.ts";
import type { Job, JobContext, JobOutcome } from "./job.ts";
import { completeJob, reportProgress, saveCheckpoint, toScope } from "./job-store.ts";
import type { Lease } from "./keep-leases.ts";

type Work = (tx: Tx) => Promise<Result<unknown>>;

/** Writes the job's row, and so locks it and proves the fence, before the work of the same transaction. */
async function writeWithFence(
  context: { readonly db: Db; readonly job: Job; readonly lease: Lease },
  write: (tx: Tx) => Promise<boolean>,
  work: Work | undefined,
): Promise<Result<boolean>> {
  const { db, job, lease } = context;
  const written = await db.asWorker(
    toScope(job),
    async (tx): Promise<Result<boolean>> => {
      if (!(await write(tx))) return ok(false);
      const done = await work?.(tx);
      return done === undefined || done.ok ? ok(true) : done;
    },
    { signal: lease.signal },
  );
  if (written.ok && !written.value) lease.lose();
  return written;
}

/** What a handler gets beside its job. */
export function createJobContext(job: Job, lease: Lease, db: Db, createLog: () => Logger): JobContext {
  let log: Logger | null = null;
  return {
    db,
    scope: toScope(job),
    get log() {
      log ??= createLog();
      return log;
    },
    get signal() {
      return lease.signal;
    },
    renew: () => lease.renew(),
    async progress(current, total, message) {
      if (lease.isLost()) return false;
      const reported = await reportProgress(db, job, { current, total, message });
      if (reported.ok && !reported.value) lease.lose();
      // Progress that could not be shown is no reason to stop; the next renewal knows more.
      return !lease.isLost();
    },
    async checkpoint(value, work) {
      const kept = await writeWithFence({ db, job, lease }, (tx) => saveCheckpoint(tx, job, value), work);
      if (!kept.ok && !lease.signal.aborted) throw new Error(`no checkpoint: ${kept.error.code}`);
      return kept.ok && kept.value;
    },
    async completeWith(work): Promise<JobOutcome> {
      const ended = await writeWithFence({ db, job, lease }, (tx) => completeJob(tx, job), work);
      if (ended.ok) return { kind: "ended" };
      // If the commit took place after all, its fence refuses what is written for this.
      const { code, detail = "" } = ended.error;
      return { kind: "failed", code, message: detail, retryable: true };
    },
  };
}
