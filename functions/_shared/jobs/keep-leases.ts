import type { WorkerScope } from "../auth/caller.ts";
import type { Db } from "../db/port.ts";
import { describeError } from "../log/describe-error.ts";
import type { Logger } from "../log/logger.ts";
import type { Job } from "./job.ts";
import { type RenewedLease, renewJobs } from "./job-store.ts";

export interface Lease {
  /** Aborted when the lease is lost, the job is to be cancelled, or the drain is over. */
  readonly signal: AbortSignal;
  /** Calls back a moment after the signal was aborted: by then a handler that listens has stopped. */
  onOverdue(callback: () => void): void;
  isLost(): boolean;
  /** Tells that the database refused a write because of the fence. */
  lose(): void;
  renew(): Promise<boolean>;
  /** Stops renewing. */
  release(): void;
}

export interface LeaseKeeper {
  /** `askedAt`: when the claim was sent, on the clock of `performance.now()`. */
  hold(job: Job, askedAt: number): Lease;
  /** The drain is over: handlers are told to stop. */
  stopAll(): void;
  close(): void;
}

export interface KeeperOptions {
  readonly db: Db;
  readonly scope: WorkerScope;
  readonly leaseSeconds: number;
  readonly log: Logger;
}

/** How long a handler may take to notice that it is to stop. */
const stopGraceMs = 5_000;

class HeldLease implements Lease {
  readonly job: Job;
  heldUntil: number;
  readonly #keeper: Keeper;
  #abort: AbortController | null = null;
  #reason: Error | null = null;
  #hasLost = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tellOverdue: (() => void) | null = null;

  constructor(keeper: Keeper, job: Job, heldUntil: number) {
    this.#keeper = keeper;
    this.job = job;
    this.heldUntil = heldUntil;
  }

  /** Made when somebody asks for it: most handlers never do. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#reason !== null && !this.#abort.signal.aborted) this.#abort.abort(this.#reason);
    return this.#abort.signal;
  }

  stop(reason: string): void {
    if (this.#reason !== null) return;
    this.#reason = new Error(reason);
    this.#abort?.abort(this.#reason);
    this.#timer = setTimeout(() => this.#tellOverdue?.(), stopGraceMs);
  }

  onOverdue(callback: () => void): void {
    this.#tellOverdue = callback;
  }

  isLost(): boolean {
    return this.#hasLost;
  }

  lose(): void {
    if (this.#hasLost) return;
    this.#hasLost = true;
    this.#keeper.logLoss(this.job);
    this.stop("the lease is lost");
  }

  async renew(): Promise<boolean> {
    await this.#keeper.renew([this]);
    return !this.#hasLost;
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#keeper.forget(this);
  }
}

class Keeper implements LeaseKeeper {
  readonly #options: KeeperOptions;
  readonly #leaseMs: number;
  readonly #held = new Set<HeldLease>();
  readonly #timer: ReturnType<typeof setInterval>;
  #isOver = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseSeconds * 1_000;
    this.#timer = setInterval(() => this.#keep(), this.#leaseMs / 3);
  }

  hold(job: Job, askedAt: number): Lease {
    const lease = new HeldLease(this, job, askedAt + this.#leaseMs);
    this.#held.add(lease);
    if (this.#isOver) lease.stop("the drain is over");
    return lease;
  }

  stopAll(): void {
    this.#isOver = true;
    for (const lease of this.#held) lease.stop("the drain is over");
  }

  close(): void {
    clearInterval(this.#timer);
  }

  forget(lease: HeldLease): void {
    this.#held.delete(lease);
  }

  logLoss(job: Job): void {
    this.#options.log.warn("job-lease-lost", { jobId: job.id, jobType: job.type });
  }

  async renew(leases: readonly HeldLease[]): Promise<void> {
    const { db, scope, leaseSeconds } = this.#options;
    const askedAt = performance.now();
    const jobs = leases.map((lease) => lease.job);
    const renewed = await renewJobs(db, scope, jobs, leaseSeconds);
    if (renewed.ok) this.#note(leases, renewed.value, askedAt);
    else this.#dropExpired();
  }

  #note(leases: readonly HeldLease[], renewed: readonly RenewedLease[], askedAt: number): void {
    const byId = new Map(renewed.map((row) => [row.id, row]));
    for (const lease of leases) {
      const row = byId.get(lease.job.id);
      // One that was released meanwhile has ended, which is why it was not there to be renewed.
      if (row === undefined && this.#held.has(lease)) lease.lose();
      lease.heldUntil = askedAt + this.#leaseMs;
      if (row?.isCancelling) lease.stop("the job is to be cancelled");
    }
  }

  /** Nothing went through for as long as the lease lasts: another worker may have the job. */
  #dropExpired(): void {
    const now = performance.now();
    for (const lease of this.#held) if (now > lease.heldUntil) lease.lose();
  }

  #keep(): void {
    this.#dropExpired();
    const leases = [...this.#held].filter((lease) => !lease.isLost());
    if (leases.length === 0) return;
    this.renew(leases).catch((error: unknown) => {
      this.#options.log.error("job-renewal-fault", describeError(error));
      this.#dropExpired();
    });
  }
}

/**
 * Renews the leases of all jobs that run, each third of their time, by one statement. A lease counts as lost when the
 * database says that another worker has the job, and also when no renewal went through for as long as it lasts.
 */
export function keepLeases(options: KeeperOptions): LeaseKeeper {
  return new Keeper(options);
}
