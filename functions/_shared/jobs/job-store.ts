import type { WorkerScope } from "../auth/caller.ts";
import type { Db, Tx } from "../db/port.ts";
import { ok, type Result } from "../errors/result.ts";
import type { Job } from "./job.ts";
import { toStorableCode, toStorableText } from "./to-storable-text.ts";

interface EventRow {
  readonly event: "completed" | "claimed";
  readonly id: string;
  readonly tenant_id: string | null;
  readonly job_type: string;
  readonly payload: Record<string, unknown>;
  readonly checkpoint: Record<string, unknown> | null;
  readonly fence: string;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly resource_type: string | null;
  readonly resource_id: string | null;
  readonly requested_by: string | null;
  readonly request_id: string | null;
  readonly turn: string;
}

/** Longest error message the table takes. */
const maxMessageLength = 2_000;

function toJob(row: EventRow): Job {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    type: row.job_type,
    payload: row.payload,
    checkpoint: row.checkpoint,
    fence: String(row.fence),
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    resourceType: row.resource_type,
    resourceId: row.resource_id,
    requestedBy: row.requested_by,
    requestId: row.request_id,
  };
}

/** For whom a job runs, as the database will note it. */
export function toScope(job: Job): WorkerScope {
  return { requestId: job.requestId ?? job.id, tenantId: job.tenantId, actorId: job.requestedBy };
}

export interface ExchangeOptions {
  /** Jobs that ended well. */
  readonly completed: readonly Job[];
  readonly worker: string;
  /** How many to claim; 0 for none. */
  readonly limit: number;
  readonly leaseSeconds: number;
  readonly types: readonly string[];
  /** The last answer's turn, so that tenants take turns; null at first. */
  readonly turn: string | null;
  /** Most jobs of one tenant that may run at once, over all workers; null for any number. */
  readonly tenantCap: number | null;
}

export interface Exchange {
  /** Ids of those that were still this worker's to end; the others were fenced off. */
  readonly completedIds: ReadonlySet<string>;
  readonly claimed: readonly Job[];
  readonly turn: string | null;
}

/** Ends jobs and claims the next ones, by one statement. */
export function exchangeJobs(
  db: Db,
  scope: WorkerScope,
  options: ExchangeOptions,
): Promise<Result<Exchange>> {
  return db.asWorker(scope, async (tx) => {
    const rows = await tx.query<EventRow>(
      `select * from private.exchange_jobs(
        p_completed_ids => $1, p_completed_fences => $2, p_worker => $3, p_limit => $4, p_lease_seconds => $5,
        p_types => $6, p_after => $7, p_tenant_cap => $8
      )`,
      [
        options.completed.map((job) => job.id),
        options.completed.map((job) => job.fence),
        options.worker,
        options.limit,
        options.leaseSeconds,
        options.types,
        options.turn,
        options.tenantCap,
      ],
    );
    const completedIds = new Set<string>();
    const claimed: Job[] = [];
    let { turn } = options;
    for (const row of rows) {
      if (row.event === "completed") completedIds.add(row.id);
      else {
        claimed.push(toJob(row));
        turn = row.turn;
      }
    }
    return ok({ completedIds, claimed, turn });
  });
}

export interface RenewedLease {
  readonly id: string;
  readonly isCancelling: boolean;
}

/** Prolongs leases. A job that does not come back is held by another worker by now, or has ended. */
export function renewJobs(
  db: Db,
  scope: WorkerScope,
  jobs: readonly Job[],
  leaseSeconds: number,
): Promise<Result<RenewedLease[]>> {
  return db.asWorker(scope, async (tx) =>
    ok(
      await tx.query<RenewedLease>(
        `select id, is_cancelling as "isCancelling"
         from private.renew_jobs(p_ids => $1, p_fences => $2, p_lease_seconds => $3)`,
        [jobs.map((job) => job.id), jobs.map((job) => job.fence), leaseSeconds],
      ),
    ),
  );
}

/** One call about a claimed job. False when the fence has moved on: another worker holds the job. */
async function callAboutJob(tx: Tx, job: Job, call: string, params: readonly unknown[]): Promise<boolean> {
  const [row] = await tx.query<{ held: boolean }>(`select coalesce(private.${call}, false) as held`, [
    job.id,
    job.fence,
    ...params,
  ]);
  return row?.held === true;
}

export function reportProgress(
  db: Db,
  job: Job,
  progress: { readonly current: number; readonly total: number; readonly message: string },
): Promise<Result<boolean>> {
  const params = [
    Math.trunc(progress.current),
    Math.trunc(progress.total),
    toStorableText(progress.message, 500),
  ];
  const call =
    "report_job_progress(p_id => $1, p_fence => $2, p_current => $3, p_total => $4, p_message => $5)";
  return db.asWorker(toScope(job), async (tx) => ok(await callAboutJob(tx, job, call, params)));
}

/** Ends a job within a transaction that does more. */
export function completeJob(tx: Tx, job: Job): Promise<boolean> {
  return callAboutJob(tx, job, "complete_job(p_id => $1, p_fence => $2)", []);
}

/** Stores a checkpoint within a transaction that does more. */
export function saveCheckpoint(tx: Tx, job: Job, value: Readonly<Record<string, unknown>>): Promise<boolean> {
  const call = "checkpoint_job(p_id => $1, p_fence => $2, p_checkpoint => $3::jsonb)";
  return callAboutJob(tx, job, call, [JSON.stringify(value)]);
}

/** How an attempt left the table; null when the fence had moved on. */
export type LeftStatus = "pending" | "failed" | "cancelled" | null;

function leaveJob(db: Db, job: Job, call: string, params: readonly unknown[]): Promise<Result<LeftStatus>> {
  return db.asWorker(toScope(job), async (tx) => {
    const [row] = await tx.query<{ status: LeftStatus }>(`select private.${call} as status`, [
      job.id,
      job.fence,
      ...params,
    ]);
    return ok(row?.status ?? null);
  });
}

/** Puts a job back. */
export function deferJob(db: Db, job: Job, runAt: Date): Promise<Result<LeftStatus>> {
  return leaveJob(db, job, "defer_job(p_id => $1, p_fence => $2, p_run_at => $3)", [runAt]);
}

/** Ends an attempt badly. */
export function failJob(
  db: Db,
  job: Job,
  failure: { readonly code: string; readonly message: string; readonly retryable: boolean },
): Promise<Result<LeftStatus>> {
  return leaveJob(
    db,
    job,
    "fail_job(p_id => $1, p_fence => $2, p_error_code => $3, p_error_message => $4, p_retryable => $5)",
    [toStorableCode(failure.code), toStorableText(failure.message, maxMessageLength), failure.retryable],
  );
}
