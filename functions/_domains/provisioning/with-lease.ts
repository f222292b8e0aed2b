import type { Tx } from "../../_shared/db/port.ts";
import { ok, type Result } from "../../_shared/errors/result.ts";
import type { Job, JobContext } from "../../_shared/jobs/job.ts";

export interface Progress {
  readonly current: number;
  readonly total: number;
  readonly message: string;
}

/**
 * Runs `work` in a transaction that holds the job's lease: the job's row is written, and so locked, first. Null, and
 * nothing written, when another worker has taken over or the job was cancelled.
 */
export function withLease<T>(
  job: Job,
  ctx: JobContext,
  progress: Progress,
  work: (tx: Tx) => Promise<Result<T>>,
): Promise<Result<T | null>> {
  return ctx.db.asWorker<T | null>(
    ctx.scope,
    async (tx) => {
      const [lease] = await tx.query<{ isHeld: boolean }>(
        `select private.report_job_progress(
           p_id => $1, p_fence => $2, p_current => $3, p_total => $4, p_message => $5
         ) as "isHeld"`,
        [job.id, job.fence, progress.current, progress.total, progress.message],
      );
      return lease?.isHeld ? work(tx) : ok(null);
    },
    { signal: ctx.signal },
  );
}
