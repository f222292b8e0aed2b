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
import type { WakeUps } from "./wake-ups.ts";

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
  /** Told by whoever has queued a job while this drain runs: it looks at once. */
  readonly wakeUps?: WakeUps;
}

export type DrainReport = Readonly<Record<JobEnd, number>> & {
  readonly claimed: number;
  readonly stoppedBy: "empty" | "cpu" | "wall" | "database";
};

type StopReason = DrainReport["stoppedBy"];

/** How often a drain with free places looks for jobs that nobody rang for. */
const pollMs = 1_000;
/** Jobs that one exchange claims at most, so that another one can be under way meanwhile. */
const chunk = 50;
/** Exchanges under way at once: while the database works on one, this side works on what the other brought. */
const maxExchanges = 2;

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
  /** Jobs that ended well and wait for the next exchange. */
  readonly endings: Ending[];
  readonly counts: Record<JobEnd | "claimed", number>;
  /** Places taken. */
  active: number;
  /** Places asked for by exchanges that are under way. */
  reserved: number;
  exchanges: number;
  /** The last exchange brought fewer than it asked for, and nothing has happened since. */
  isDry: boolean;
  reason: StopReason | null;
  /** Runs that have not returned; more than `active` for the moment after their end was written. */
  unfinished: number;
  turn: string | null;
}

function leavePlace(drain: Drain, run: Run): boolean {
  const wasActive = run.isActive;
  if (wasActive) drain.active -= 1;
  run.isActive = false;
  return wasActive;
}

async function runToEnd(drain: Drain, run: Run, askedAt: number): Promise<void> {
  const { options, counts, endings, bell, keeper } = drain;
  const { db, handlers, log, clock } = options;
  const lease = keeper.hold(run.job, askedAt);
  const complete = (): Promise<Result<boolean>> =>
    new Promise((settle) => {
      endings.push({ run, settle });
      bell.ring();
    });
  try {
    counts[await runJob(run.job, { db, handlers, lease, complete, log, clock })] += 1;
  } catch (error) {
    log.error("job-run-fault", describeError(error));
    counts.unwritten += 1;
  }
  drain.unfinished -= 1;
  if (leavePlace(drain, run) || drain.unfinished === 0) bell.ring();
}

function start(drain: Drain, job: Job, askedAt: number): void {
  drain.counts.claimed += 1;
  drain.active += 1;
  drain.unfinished += 1;
  void runToEnd(drain, { job, isActive: true }, askedAt);
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

interface Request {
  readonly endings: readonly Ending[];
  readonly limit: number;
}

/** What there is to ask the database for; null when nothing, or when enough is under way. */
function findRequest(drain: Drain): Request | null {
  if (drain.exchanges === maxExchanges) return null;
  const endings = drain.endings.splice(0, chunk);
  const free = drain.options.limits.batch - drain.active - drain.reserved + endings.length;
  const mayClaim = drain.reason === null && !(drain.isDry && endings.length === 0);
  const limit = mayClaim ? Math.max(0, Math.min(chunk, free)) : 0;
  return endings.length === 0 && limit === 0 ? null : { endings, limit };
}

/** Writes down what has ended well and fills free places. */
async function exchange(drain: Drain, { endings, limit }: Request): Promise<void> {
  drain.exchanges += 1;
  drain.reserved += limit;
  const askedAt = performance.now();
  const completed = endings.map((ending) => ending.run.job);
  const answer = await askDatabase(drain, completed, limit);
  drain.exchanges -= 1;
  drain.reserved -= limit;
  if (answer.ok) {
    const { completedIds, claimed, turn } = answer.value;
    for (const { run, settle } of endings) {
      leavePlace(drain, run);
      settle(ok(completedIds.has(run.job.id)));
    }
    drain.turn = turn;
    drain.isDry = claimed.length < limit;
    for (const job of claimed) start(drain, job, askedAt);
  } else {
    drain.options.log.warn("jobs-not-claimed", { code: answer.error.code });
    drain.reason ??= "database";
    // Each of them tries again by itself, for a while.
    for (const ending of endings) ending.settle(answer);
  }
  drain.bell.ring();
}

/** Handlers that end in the same turn of the event loop share one exchange. */
function afterThisTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

async function work(drain: Drain): Promise<StopReason> {
  const cpuAtStart = readCpuMs();
  for (;;) {
    if (drain.stop.aborted) drain.reason ??= "wall";
    if (readCpuMs() - cpuAtStart > drain.options.limits.cpuMs) drain.reason ??= "cpu";
    for (let request = findRequest(drain); request !== null; request = findRequest(drain)) {
      void exchange(drain, request);
    }
    const isIdle = drain.active === 0 && drain.exchanges === 0;
    if (isIdle && (drain.isDry || drain.reason !== null)) return drain.reason ?? "empty";
    if (!(await drain.bell.wait(pollMs))) drain.isDry = false;
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
    bell: createBell(),
    keeper: keepLeases({ db, scope, leaseSeconds, log }),
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
    reserved: 0,
    exchanges: 0,
    isDry: false,
    reason: null,
    unfinished: 0,
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
  const unlisten = options.wakeUps?.listen(() => {
    drain.isDry = false;
    drain.bell.ring();
  });
  const timer = setTimeout(() => {
    abort.abort(new Error("the drain is over"));
    drain.keeper.stopAll();
    drain.bell.ring();
  }, options.limits.wallMs);
  try {
    const stoppedBy = await work(drain);
    while (drain.unfinished > 0) await drain.bell.wait(pollMs);
    return { ...drain.counts, stoppedBy };
  } finally {
    clearTimeout(timer);
    unlisten?.();
    drain.keeper.close();
  }
}
