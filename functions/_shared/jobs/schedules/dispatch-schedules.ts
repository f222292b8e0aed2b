import type { WorkerScope } from "../../auth/caller.ts";
import type { Db, Tx } from "../../db/port.ts";
import { ok, type Result } from "../../errors/result.ts";
import type { Logger } from "../../log/logger.ts";
import type { DueSchedule } from "./plan-firing.ts";

/** Schedules that are handled in one transaction. */
const batchSize = 100;

async function dispatchBatch(tx: Tx, log: Logger): Promise<{ due: number; queued: number }> {
  const due = await tx.query<DueSchedule>(
    `select id, cron, time_zone as "timeZone", catch_up as "catchUp", next_run_at as "nextRunAt",
       next_run_at::text as "expectedAt", now
     from private.due_schedules(p_limit => $1)`,
    [batchSize],
  );
  if (due.length === 0) return { due: 0, queued: 0 };
  // Loaded when something is due: most wake-ups find nothing.
  const { planFiring } = await import("./plan-firing.ts");
  const firings = due.map(planFiring);
  for (const { fault } of firings) if (fault !== null) log.error("schedule-fault", { code: fault });
  const [fired] = await tx.query<{ queued: number }>(
    "select private.fire_schedules(p_firings => $1::jsonb) as queued",
    [JSON.stringify(firings)],
  );
  return { due: due.length, queued: fired?.queued ?? 0 };
}

/**
 * Queues a job for each slot that has come and moves the schedules on, in one transaction: whoever dies in between
 * leaves everything as it was. Several at once share the schedules out. Returns how many jobs were queued.
 */
export async function dispatchSchedules(db: Db, scope: WorkerScope, log: Logger): Promise<Result<number>> {
  let total = 0;
  for (;;) {
    const done = await db.asWorker(scope, async (tx) => ok(await dispatchBatch(tx, log)));
    if (!done.ok) return done;
    total += done.value.queued;
    if (done.value.due < batchSize) break;
  }
  if (total > 0) log.info("schedules-dispatched", { count: total });
  return ok(total);
}
