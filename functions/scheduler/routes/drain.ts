import { z } from "zod";
import { ok } from "../../_shared/errors/result.ts";
import type { SystemCtx } from "../../_shared/http/ctx.ts";
import { defineSystemRoute } from "../../_shared/http/define-route.ts";
import { drainJobs } from "../../_shared/jobs/run-jobs.ts";
import { createSingleFlight } from "../../_shared/jobs/single-flight.ts";
import { createHandlers } from "../handlers.ts";

/** Half of what the platform gives a request, in CPU; two thirds of it in wall time. */
const limits = { cpuMs: 1_000, wallMs: 100_000, batch: 4 } as const;
/** Renewed each third of it. A killed worker's jobs come back after this time. */
const leaseSeconds = 30;

const worker = `scheduler-${crypto.randomUUID().slice(0, 8)}`;
/** One flight for each app, so for each isolate. */
const flights = new WeakMap<SystemCtx["env"], ReturnType<typeof createSingleFlight>>();

/** Queues the housekeeping that is due, then works until nothing is left or a limit is reached. */
async function drain(ctx: SystemCtx): Promise<{ canContinue: boolean }> {
  const { db, clock, log, requestId } = ctx;
  const scheduled = await db.asWorker({ requestId, tenantId: null, actorId: null }, async (tx) => {
    await tx.query("select private.schedule_maintenance()");
    return ok(null);
  });
  if (!scheduled.ok) log.warn("maintenance-not-scheduled", { code: scheduled.error.code });
  const handlers = createHandlers(ctx);
  const report = await drainJobs({ db, handlers, worker, limits, leaseSeconds, log, clock });
  if (report.claimed > 0) log.info("jobs-drained", { count: report.claimed, code: report.stoppedBy });
  // A limit was reached: the platform's own is near, and the next tick goes on in time.
  return { canContinue: report.stoppedBy === "empty" };
}

function wakeUp(ctx: SystemCtx): Promise<void> | null {
  const flight = flights.get(ctx.env) ?? createSingleFlight();
  flights.set(ctx.env, flight);
  return flight(() => drain(ctx));
}

export const wake = defineSystemRoute({
  summary: "Wake the scheduler",
  description:
    "Called by pg_cron each few seconds, and by functions that have queued a job. Answers at once and works on afterwards.",
  responses: {
    202: {
      description: "Work has been started, or was going on.",
      schema: z.object({ status: z.enum(["started", "running"]) }),
    },
  },
  errors: [],
  async handle(ctx) {
    const run = wakeUp(ctx);
    if (run !== null) ctx.waitUntil(run);
    return ok({ status: 202, body: { status: run === null ? "running" : "started" } });
  },
});
