import { setImmediate } from "node:timers";
import type { WorkerScope } from "../auth/caller.ts";
import type { Db } from "../db/port.ts";
import { fail, ok, type Result } from "../errors/result.ts";
import { describeError } from "../log/describe-error.ts";
import type { Logger } from "../log/logger.ts";
import { type Bell, createBell } from "./bell.ts";
import type { Job, JobHandler } from "./job.ts";
import { type Exchange, exchangeJobs } from "./job-store.ts";
import { keepLeases, type LeaseKeeper } from "./keep-leases.ts";
import { readCpuMs } from "./read-cpu-ms.ts";
import { type JobEnd, runJob } from "./run-job.ts";

export interface DrainLimits {
  /** CPU time of the process after which no further job is claimed. */
  readonly cpuMs: number;
  /** After this no further job is claimed and running handlers are told to stop. */
  readonly wallMs: number;
  /** Jobs that run at the same time. */
  readonly batch: number;
  /** Most jobs of one tenant at the same time, over all workers. Default: any number. */
  readonly tenantCap?: number;
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
  /** Rung by whoever has queued a job while this drain runs: it looks at once. */
  readonly bell?: Bell;
}

export type DrainReport = Readonly<Record<JobEnd, number>> & {
  readonly claimed: number;
  readonly stoppedBy: "empty" | "cpu" | "wall" | "database";
};

type StopReason = DrainReport["stoppedBy"];

/** How often a drain with free places looks for jobs that nobody rang for. */
const pollMs = 1_000;

interface Run {
  readonly job: Job;
  isActive: boolean;
}

interface Ending {
  readonly run: Run;
  settle(held: Result<boolean>): void;
}

interface Drain {
  readonly options: DrainOptions;
  readonly scope: WorkerScope;
  readonly stop: AbortSignal;
  readonly bell: Bell;
  readonly keeper: LeaseKeeper;
  readonly runs: Set<Promise<void>>;
  /** Jobs that ended well and wait for the next exchange. */
  readonly endings: Ending[];
  readonly counts: Record<JobEnd | "claimed", number>;
  /** Places taken. */
  active: number;
  turn: string | null;
}

function leavePlace(drain: Drain, run: Run): boolean {
  const wasActive = run.isActive;
  if (wasActive) drain.active -= 1;
  run.isActive = false;
  return wasActive;
}

function start(drain: Drain, job: Job, askedAt: number): void {
  const { options, counts, runs, endings, bell, keeper } = drain;
  const { db, handlers, log, clock } = options;
  const run: Run = { job, isActive: true };
  counts.claimed += 1;
  drain.active += 1;
  const complete = (): Promise<Result<boolean>> =>
    new Promise((settle) => {
      endings.push({ run, settle });
      bell.ring();
    });
  const lease = keeper.hold(job, askedAt);
  const tracked: Promise<void> = runJob(job, { db, handlers, lease, complete, log, clock })
    .then((end) => {
      counts[end] += 1;
    })
    .finally(() => {
      runs.delete(tracked);
      if (leavePlace(drain, run)) bell.ring();
    });
  runs.add(tracked);
}

async function askDatabase(
  drain: Drain,
  completed: readonly Job[],
  limit: number,
): Promise<Result<Exchange>> {
  const { db, worker, leaseSeconds, handlers, limits, log } = drain.options;
  const types = Object.keys(handlers);
  const tenantCap = limits.tenantCap ?? null;
  const options = { completed, worker, limit, leaseSeconds, types, turn: drain.turn, tenantCap };
  try {
    return await exchangeJobs(db, drain.scope, options);
  } catch (error) {
    log.error("jobs-exchange-fault", describeError(error));
    return fail("INTERNAL");
  }
}

/** Writes down what has ended well and fills the free places. How many were claimed; null when it did not go through. */
async function exchange(drain: Drain, mayClaim: boolean): Promise<number | null> {
  const endings = drain.endings.splice(0);
  const limit = mayClaim ? drain.options.limits.batch - drain.active + endings.length : 0;
  if (endings.length === 0 && limit <= 0) return 0;
  const askedAt = performance.now();
  const completed = endings.map((ending) => ending.run.job);
  const answer = await askDatabase(drain, completed, limit);
  if (!answer.ok) {
    drain.options.log.warn("jobs-not-claimed", { code: answer.error.code });
    // Each of them tries again by itself, for a while.
    for (const ending of endings) ending.settle(answer);
    return null;
  }
  const { completedIds, claimed, turn } = answer.value;
  for (const { run, settle } of endings) {
    leavePlace(drain, run);
    settle(ok(completedIds.has(run.job.id)));
  }
  drain.turn = turn;
  for (const job of claimed) start(drain, job, askedAt);
  return claimed.length;
}

/** Handlers that end in the same turn of the event loop share one exchange. */
function afterThisTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

async function work(drain: Drain): Promise<StopReason> {
  const cpuAtStart = readCpuMs();
  let reason: StopReason | null = null;
  for (;;) {
    if (drain.stop.aborted) reason ??= "wall";
    if (readCpuMs() - cpuAtStart > drain.options.limits.cpuMs) reason ??= "cpu";
    const claimed = await exchange(drain, reason === null);
    if (claimed === null) reason ??= "database";
    if (drain.active === 0 && (claimed === 0 || reason !== null)) return reason ?? "empty";
    await drain.bell.wait(pollMs);
    await afterThisTurn();
  }
}

function createDrain(options: DrainOptions, stop: AbortSignal): Drain {
  const { db, leaseSeconds, log, worker } = options;
  const scope = { requestId: worker, tenantId: null, actorId: null };
  return {
    options,
    scope,
    stop,
    bell: options.bell ?? createBell(),
    keeper: keepLeases({ db, scope, leaseSeconds, log }),
    runs: new Set(),
    endings: [],
    counts: {
      claimed: 0,
      completed: 0,
      failed: 0,
      retried: 0,
      deferred: 0,
      cancelled: 0,
      fenced: 0,
      unwritten: 0,
    },
    active: 0,
    turn: null,
  };
}

/**
 * Claims due jobs and runs them until none is left or a limit is reached, and waits for those that run. A job whose
 * worker dies at any moment becomes due again when its lease ends.
 */
export async function drainJobs(options: DrainOptions): Promise<DrainReport> {
  const abort = new AbortController();
  const drain = createDrain(options, abort.signal);
  const timer = setTimeout(() => {
    abort.abort(new Error("the drain is over"));
    drain.keeper.stopAll();
    drain.bell.ring();
  }, options.limits.wallMs);
  try {
    const stoppedBy = await work(drain);
    await Promise.all(drain.runs);
    return { ...drain.counts, stoppedBy };
  } finally {
    clearTimeout(timer);
    drain.keeper.close();
  }
}
