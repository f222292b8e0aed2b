import type { Tx } from "../../_shared/db/port.ts";
import { ok, type Result } from "../../_shared/errors/result.ts";
import type { JobContext, JobHandler, JobOutcome } from "../../_shared/jobs/job.ts";

/** Partitions that exist ahead of time, so that a scheduler that stands still for a while loses no audit row. */
const auditMonthsAhead = 3;
/** Rows that one transaction removes. */
const removalBatch = 1_000;

function toOutcome(result: Result<unknown>): JobOutcome {
  if (result.ok) return { kind: "completed" };
  return { kind: "failed", code: result.error.code, message: result.error.detail ?? "", retryable: true };
}

function count(
  { db, scope, signal }: JobContext,
  text: string,
  params: readonly unknown[],
): Promise<Result<number>> {
  const ask = async (tx: Tx): Promise<Result<number>> => {
    const [row] = await tx.query<{ changed: number }>(`select ${text} as changed`, params);
    return ok(row?.changed ?? 0);
  };
  return db.asWorker(scope, ask, { signal });
}

/** In batches, so that no transaction is long; what is left when the time is up waits for the next hour. */
async function removeInBatches(ctx: JobContext, removal: string): Promise<Result<number>> {
  for (let total = 0; ; ) {
    const removed = await count(ctx, `${removal}(p_limit => $1)`, [removalBatch]);
    if (!removed.ok) return removed;
    total += removed.value;
    if (removed.value < removalBatch || ctx.signal.aborted) return ok(total);
  }
}

/**
 * Handler of `operations.maintain`: makes the audit log's next partitions, finishes sign-ups that went wrong, removes
 * tenants whose time has come, ends jobs of types that are not known any more, and removes old jobs and answers.
 * Each part is safe to repeat.
 */
export function createMaintenance(listKnownTypes: () => readonly string[]): JobHandler {
  return async (_job, ctx) => {
    const done = await count(
      ctx,
      `private.ensure_audit_partitions(p_months_ahead => $1)
        + private.repair_signups()
        + private.purge_due_tenants()
        + private.end_unknown_jobs(p_known_types => $2)`,
      [auditMonthsAhead, listKnownTypes()],
    );
    if (!done.ok) return toOutcome(done);
    let total = done.value;
    for (const removal of ["private.remove_ended_jobs", "private.remove_idempotency_keys"]) {
      const removed = await removeInBatches(ctx, removal);
      if (!removed.ok) return toOutcome(removed);
      total += removed.value;
    }
    ctx.log.info("maintenance-done", { count: total });
    return { kind: "completed" };
  };
}
