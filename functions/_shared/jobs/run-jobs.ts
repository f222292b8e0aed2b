import type { Db } from "../db/port.ts";
import type { Logger } from "../log/logger.ts";
import type { Job, JobHandler } from "./job.ts";
import { claimJobs } from "./job-store.ts";
import { readCpuMs } from "./read-cpu-ms.ts";
import { type JobEnd, runJob } from "./run-job.ts";

export interface DrainLimits {
  /** CPU time of the process after which no further job is claimed. */
  readonly cpuMs: number;
  /** After this no further job is claimed and running handlers are told to stop. */
  readonly wallMs: number;
  /** Jobs that run at the same time. */
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

export type DrainReport = Readonly<Record<JobEnd, number>> & {
  readonly claimed: number;
  readonly stoppedBy: "empty" | "cpu" | "wall" | "database";
};

type StopReason = DrainReport["stoppedBy"];

interface Drain {
  readonly options: DrainOptions;
  readonly stop: AbortSignal;
  readonly running: Set<Promise<void>>;
  readonly counts: Record<JobEnd | "claimed", number>;
}

function start(drain: Drain, job: Job): void {
  const { options, counts, running, stop } = drain;
  counts.claimed += 1;
  const run = runJob(job, { ...options, stop }).then((end) => {
    counts[end] += 1;
  });
  const tracked: Promise<void> = run.finally(() => running.delete(tracked));
  running.add(tracked);
}

/** Fills the free places. Null when the database could not be asked. */
async function claim({ options, running }: Drain): Promise<readonly Job[] | null> {
  const claimed = await claimJobs(
    options.db,
    { requestId: options.worker, tenantId: null, actorId: null },
    {
      worker: options.worker,
      limit: options.limits.batch - running.size,
      leaseSeconds: options.leaseSeconds,
      types: Object.keys(options.handlers),
    },
  );
  if (claimed.ok) return claimed.value;
  options.log.warn("jobs-not-claimed", { code: claimed.error.code });
  return null;
}

async function work(drain: Drain): Promise<StopReason> {
  const { limits } = drain.options;
  const cpuAtStart = readCpuMs();
  for (;;) {
    if (drain.stop.aborted) return "wall";
    if (readCpuMs() - cpuAtStart > limits.cpuMs) return "cpu";
    const jobs = await claim(drain);
    if (jobs === null) return "database";
    for (const job of jobs) start(drain, job);
    if (drain.running.size === 0) return "empty";
    // A place is free again, or one of those that run has queued more.
    await Promise.race(drain.running);
  }
}

/**
 * Claims due jobs and runs them until none is left or a limit is reached, and waits for those that run. A job whose
 * worker dies at any moment becomes due again when its lease ends.
 */
export async function drainJobs(options: DrainOptions): Promise<DrainReport> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error("the drain is over")), options.limits.wallMs);
  const drain: Drain = {
    options,
    stop: abort.signal,
    running: new Set(),
    counts: { claimed: 0, completed: 0, failed: 0, retried: 0, deferred: 0, fenced: 0, unwritten: 0 },
  };
  try {
    const stoppedBy = await work(drain);
    await Promise.all(drain.running);
    return { ...drain.counts, stoppedBy };
  } finally {
    clearTimeout(timer);
  }
}
