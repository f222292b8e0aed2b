import { z } from "zod";
import { ok } from "../../_shared/errors/result.ts";
import type { SystemCtx } from "../../_shared/http/ctx.ts";
import { defineSystemRoute } from "../../_shared/http/define-route.ts";
import { createSingleFlight } from "../../_shared/jobs/single-flight.ts";
import { createWakeUps, type WakeUps } from "../../_shared/jobs/wake-ups.ts";
import { runScheduler } from "../run-scheduler.ts";

interface Worker {
  readonly fly: ReturnType<typeof createSingleFlight>;
  readonly wakeUps: WakeUps;
}

/** One worker for each app, so for each isolate. */
const workers = new WeakMap<SystemCtx["env"], Worker>();

function wakeUp(ctx: SystemCtx): Promise<void> | null {
  const worker = workers.get(ctx.env) ?? { fly: createSingleFlight(), wakeUps: createWakeUps() };
  workers.set(ctx.env, worker);
  const run = worker.fly(() => runScheduler(ctx, worker.wakeUps));
  // One that is at work with a place free takes what was queued now, instead of when its longest job has ended.
  if (run === null) worker.wakeUps.tell();
  return run;
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
