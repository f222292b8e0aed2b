import type { WorkerScope } from "../auth/caller.ts";
import type { Db } from "../db/port.ts";
import { ok, type Result } from "../errors/result.ts";
import type { Job } from "./job.ts";
import { toStorableCode, toStorableText } from "./to-storable-text.ts";

interface JobRow {
  readonly id: string;
  readonly tenant_id: string | null;
  readonly job_type: string;
  readonly payload: Record<string, unknown>;
  readonly fence: string;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly resource_type: string | null;
  readonly resource_id: string | null;
  readonly requested_by: string | null;
  readonly request_id: string | null;
}

/** Longest error message the table takes. */
const maxMessageLength = 2_000;

function toJob(row: JobRow): Job {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    type: row.job_type,
    payload: row.payload,
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

export interface ClaimOptions {
  readonly worker: string;
  readonly limit: number;
  readonly leaseSeconds: number;
  readonly types: readonly string[];
}

/** Takes due jobs under a lease. */
export function claimJobs(db: Db, scope: WorkerScope, options: ClaimOptions): Promise<Result<Job[]>> {
  return db.asWorker(scope, async (tx) => {
    const rows = await tx.query<JobRow>(
      `select * from private.claim_jobs(
        p_worker => $1, p_limit => $2, p_lease_seconds => $3, p_types => $4
      )`,
      [options.worker, options.limit, options.leaseSeconds, options.types],
    );
    return ok(rows.map(toJob));
  });
}

/** One call about a claimed job. The value is false when the fence has moved on: another worker holds the job. */
function callAboutJob(db: Db, job: Job, call: string, params: readonly unknown[]): Promise<Result<boolean>> {
  return db.asWorker(toScope(job), async (tx) => {
    const [row] = await tx.query<{ held: boolean }>(`select coalesce(private.${call}, false) as held`, [
      job.id,
      job.fence,
      ...params,
    ]);
    return ok(row?.held === true);
  });
}

export function renewJob(db: Db, job: Job, leaseSeconds: number): Promise<Result<boolean>> {
  return callAboutJob(db, job, "renew_job(p_id => $1, p_fence => $2, p_lease_seconds => $3)", [leaseSeconds]);
}

export function reportProgress(
  db: Db,
  job: Job,
  progress: { readonly current: number; readonly total: number; readonly message: string },
): Promise<Result<boolean>> {
  return callAboutJob(
    db,
    job,
    "report_job_progress(p_id => $1, p_fence => $2, p_current => $3, p_total => $4, p_message => $5)",
    [Math.trunc(progress.current), Math.trunc(progress.total), toStorableText(progress.message, 500)],
  );
}

export function completeJob(db: Db, job: Job): Promise<Result<boolean>> {
  return callAboutJob(db, job, "complete_job(p_id => $1, p_fence => $2)", []);
}

export function deferJob(db: Db, job: Job, runAt: Date): Promise<Result<boolean>> {
  return callAboutJob(db, job, "defer_job(p_id => $1, p_fence => $2, p_run_at => $3)", [runAt]);
}

export type FailedStatus = "pending" | "failed" | null;

/** Ends an attempt badly. The value is the job's new status, null when the fence has moved on. */
export function failJob(
  db: Db,
  job: Job,
  failure: { readonly code: string; readonly message: string; readonly retryable: boolean },
): Promise<Result<FailedStatus>> {
  return db.asWorker(toScope(job), async (tx) => {
    const [row] = await tx.query<{ status: FailedStatus }>(
      `select private.fail_job(
        p_id => $1, p_fence => $2, p_error_code => $3, p_error_message => $4, p_retryable => $5
      ) as status`,
      [
        job.id,
        job.fence,
        toStorableCode(failure.code),
        toStorableText(failure.message, maxMessageLength),
        failure.retryable,
      ],
    );
    return ok(row?.status ?? null);
  });
}
