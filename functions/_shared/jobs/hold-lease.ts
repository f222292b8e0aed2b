import type { Db } from "../db/port.ts";
import { describeError } from "../log/describe-error.ts";
import type { Logger } from "../log/logger.ts";
import type { Job } from "./job.ts";
import { renewJob } from "./job-store.ts";

export interface Lease {
  /** Aborted when the lease is lost, or when the drain says so. */
  readonly signal: AbortSignal;
  isLost(): boolean;
  /** Tells that the database refused a write because of the fence. */
  lose(): void;
  renew(): Promise<boolean>;
  /** Stops renewing. */
  release(): void;
}

export interface LeaseOptions {
  readonly db: Db;
  readonly leaseSeconds: number;
  readonly log: Logger;
  /** The drain's own end. */
  readonly stop: AbortSignal;
}

/**
 * Renews a job's lease each third of its time. It counts as lost when the database says that another worker has the
 * job, and also when no renewal went through for as long as the lease lasts: then another worker may have it.
 */
export function holdLease(job: Job, { db, leaseSeconds, log, stop }: LeaseOptions): Lease {
  const abort = new AbortController();
  const leaseMs = leaseSeconds * 1_000;
  let heldUntil = performance.now() + leaseMs;
  let hasLost = false;

  const lose = (): void => {
    if (hasLost) return;
    hasLost = true;
    log.warn("job-lease-lost");
    abort.abort(new Error("the lease is lost"));
  };
  const renew = async (): Promise<boolean> => {
    if (hasLost) return false;
    const askedAt = performance.now();
    const renewed = await renewJob(db, job, leaseSeconds);
    if (renewed.ok && renewed.value) heldUntil = askedAt + leaseMs;
    else if (renewed.ok || performance.now() > heldUntil) lose();
    return !hasLost;
  };
  const keep = (): void => {
    renew().catch((error: unknown) => {
      log.error("job-renewal-fault", describeError(error));
      if (performance.now() > heldUntil) lose();
    });
  };
  const timer = setInterval(keep, leaseMs / 3);
  return {
    signal: AbortSignal.any([abort.signal, stop]),
    isLost: () => hasLost,
    lose,
    renew,
    release: () => clearInterval(timer),
  };
}
