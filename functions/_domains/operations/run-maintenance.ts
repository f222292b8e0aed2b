import { ok } from "../../_shared/errors/result.ts";
import type { JobHandler } from "../../_shared/jobs/job.ts";

/** Partitions that exist ahead of time, so that a scheduler that stands still for a while loses no audit row. */
const auditMonthsAhead = 3;

/**
 * Job `operations.maintain`: makes the audit log's next partitions, finishes sign-ups that went wrong, and removes
 * tenants whose time has come. Each part is one statement and safe to repeat.
 */
export const runMaintenance: JobHandler = async (_job, { db, scope, log }) => {
  const done = await db.asWorker(scope, async (tx) => {
    const rows = await tx.query<{ changed: number }>(
      `select private.ensure_audit_partitions(p_months_ahead => $1)
        + private.repair_signups()
        + private.purge_due_tenants() as changed`,
      [auditMonthsAhead],
    );
    return ok(rows[0]?.changed ?? 0);
  });
  if (!done.ok) {
    return { kind: "failed", code: done.error.code, message: done.error.detail ?? "", retryable: true };
  }
  log.info("maintenance-done", { count: done.value });
  return { kind: "completed" };
};
