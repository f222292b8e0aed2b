import { ok } from "../../_shared/errors/result.ts";
import type { JobHandler } from "../../_shared/jobs/job.ts";

/** Long enough for an operation to end, short enough that a suspended tenant's databases close soon. */
const pauseMs = 2_000;

/**
 * Handler of `provisioning.follow-tenant`: suspends or resumes the tenant's databases, one operation after the other,
 * until all agree with the tenant's standing.
 */
export function createFollowTenant(clock: () => Date): JobHandler {
  return async (job, ctx) => {
    const followed = await ctx.db.asWorker(ctx.scope, async (tx) => {
      const [row] = await tx.query<{ isDone: boolean }>(
        `select private.follow_tenant(p_tenant_id => $1) as "isDone"`,
        [job.tenantId],
      );
      return ok(row?.isDone ?? true);
    });
    if (!followed.ok) {
      return { kind: "failed", code: followed.error.code, message: "Try again.", retryable: true };
    }
    return followed.value
      ? { kind: "completed" }
      : { kind: "again", runAt: new Date(clock().getTime() + pauseMs) };
  };
}
