import type { WorkerScope } from "../_shared/auth/caller.ts";
import type { Db } from "../_shared/db/port.ts";
import { ok, type Result } from "../_shared/errors/result.ts";
import type { SystemCtx } from "../_shared/http/ctx.ts";
import { drainJobs } from "../_shared/jobs/run-jobs.ts";
import { dispatchSchedules } from "../_shared/jobs/schedules/dispatch-schedules.ts";
import type { WakeUps } from "../_shared/jobs/wake-ups.ts";
import { createHandlers } from "./handlers.ts";

/** Half of what the platform gives a request, in CPU; two thirds of it in wall time. */
const limits = { cpuMs: 1_000, wallMs: 100_000, batch: 4 } as const;
/** Renewed each third of it. A killed worker's jobs come back after this time. */
const leaseSeconds = 30;

const worker = `scheduler-${crypto.randomUUID().slice(0, 8)}`;

function recordHeartbeat(db: Db, scope: WorkerScope): Promise<Result<null>> {
  return db.asWorker(scope, async (tx) => {
    await tx.query("select private.record_heartbeat(p_name => 'scheduler')");
    return ok(null);
  });
}

/**
 * One stretch of the scheduler: queues what the schedules ask for, works until nothing is left or a limit is reached,
 * and writes its heartbeat only if all of that went well.
 */
export async function runScheduler(ctx: SystemCtx, wakeUps: WakeUps): Promise<{ canContinue: boolean }> {
  const { db, clock, log, requestId } = ctx;
  const scope = { requestId, tenantId: null, actorId: null };
  const dispatched = await dispatchSchedules(db, scope, log);
  if (!dispatched.ok) log.warn("schedules-not-dispatched", { code: dispatched.error.code });
  const handlers = createHandlers(ctx);
  const report = await drainJobs({ db, handlers, worker, limits, leaseSeconds, log, clock, wakeUps });
  if (report.claimed > 0) log.info("jobs-drained", { count: report.claimed, code: report.stoppedBy });
  if (dispatched.ok && report.stoppedBy !== "database" && report.unwritten === 0) {
    const recorded = await recordHeartbeat(db, scope);
    if (!recorded.ok) log.warn("heartbeat-not-recorded", { code: recorded.error.code });
  }
  // A limit was reached: the platform's own is near, and the next tick goes on in time.
  return { canContinue: report.stoppedBy === "empty" };
}
