import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Db } from "../../../functions/_shared/db/port.ts";
import type { JobContext, JobHandler, JobOutcome } from "../../../functions/_shared/jobs/job.ts";
import { type JobWorld, sleep, startJobWorld } from "./job-world.ts";

let world: JobWorld;
beforeAll(async () => {
  world = await startJobWorld();
});
afterAll(() => world.stop());
afterEach(() => world.clear());

const completed: JobOutcome = { kind: "completed" };

describe("case 86: a job that outlasts its lease runs once", () => {
  for (const share of [0.9, 1.0, 1.1, 3]) {
    it(`${share} x the lease: one effect, although a second worker looks all the time`, async () => {
      const id = await world.enqueue("a");
      let effects = 0;
      const handlers: Record<string, JobHandler> = {
        a: async () => {
          effects += 1;
          await sleep(share * 1_000);
          return completed;
        },
      };
      const first = world.drain(handlers, { leaseSeconds: 1 });
      while (effects === 0) await sleep(5);
      let isOver = false;
      void first.then(() => {
        isOver = true;
      });
      while (!isOver) {
        await world.drain(handlers, { leaseSeconds: 1 });
        await sleep(100);
      }
      expect(await first).toMatchObject({ completed: 1, fenced: 0 });
      expect([effects, (await world.read(id)).attempts]).toEqual([1, 1]);
    });
  }
});

describe("a worker that lost its lease", () => {
  /** As if this worker had been frozen: another one has taken the job. */
  const takeOver = (id: string) =>
    world.admin.query("update public.background_jobs set fence = fence + 1, worker = 'other' where id = $1", [
      id,
    ]);

  for (const outcome of [
    completed,
    { kind: "again" },
    { kind: "failed", code: "X", message: "", retryable: true },
  ]) {
    it(`writes no end: ${outcome.kind}`, async () => {
      const id = await world.enqueue("a");
      const report = await world.drain({
        a: async () => {
          await takeOver(id);
          return outcome as JobOutcome;
        },
      });
      expect(report).toMatchObject({ claimed: 1, fenced: 1 });
      expect(await world.read(id)).toMatchObject({ status: "running", worker: "other" });
    });
  }

  it("is stopped: progress says so and the signal is aborted", async () => {
    const id = await world.enqueue("a");
    let kept: JobContext | undefined;
    const report = await world.drain({
      a: async (_job, ctx) => {
        kept = ctx;
        expect(await ctx.progress(1, 4, "first\u0000")).toBe(true);
        await takeOver(id);
        expect(await ctx.progress(2, 4, "second")).toBe(false);
        expect(ctx.signal.aborted).toBe(true);
        expect(await ctx.renew()).toBe(false);
        return completed;
      },
    });
    expect(report).toMatchObject({ fenced: 1 });
    expect(kept?.signal.aborted).toBe(true);
    expect((await world.read(id)).progress).toMatchObject({
      current: 1,
      total: 4,
      percentage: 25,
      message: "first",
    });
  });

  it("is stopped by the renewal too, when its handler asks nothing", async () => {
    const id = await world.enqueue("a");
    const started = Date.now();
    await world.drain(
      {
        a: async (_job, ctx) => {
          await takeOver(id);
          await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
          return completed;
        },
      },
      { leaseSeconds: 1 },
    );
    expect(Date.now() - started).toBeLessThan(1_500);
  });

  it("counts as lost when no renewal got through for the length of the lease", async () => {
    const id = await world.enqueue("a");
    let isAway = false;
    const shaky: Db = {
      ...world.db,
      asWorker: (scope, work, options) =>
        isAway
          ? Promise.resolve({ ok: false, error: { code: "DATABASE_UNAVAILABLE" } })
          : world.db.asWorker(scope, work, options),
    };
    const report = await world.drain(
      {
        a: async (job, ctx) => {
          if (job.attempts > 1) return completed;
          isAway = true;
          await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
          isAway = false;
          return completed;
        },
      },
      { leaseSeconds: 1, db: shaky },
    );
    expect(report).toMatchObject({ fenced: 1 });
    await sleep(100);
    await world.drain({ a: async () => completed });
    expect(await world.read(id)).toMatchObject({ status: "completed", attempts: 2 });
  });
});

describe("a worker that was killed", () => {
  /** What a killed worker leaves behind: a running job whose lease has run out. */
  const abandon = (id: string, attempts: number) =>
    world.admin.query(
      `update public.background_jobs set status = 'running', worker = 'killed', attempts = $2, fence = 1,
         lease_expires_at = now() - interval '1 second' where id = $1`,
      [id, attempts],
    );

  it("its job is taken up by the next one", async () => {
    const id = await world.enqueue("a", 3);
    await abandon(id, 1);
    expect(await world.drain({ a: async () => completed })).toMatchObject({ completed: 1 });
    expect(await world.read(id)).toMatchObject({ status: "completed", attempts: 2 });
  });

  it("a job that kills every worker ends as WORKER_LOST", async () => {
    const id = await world.enqueue("a", 3);
    await abandon(id, 3);
    expect(await world.drain({ a: async () => completed })).toMatchObject({ claimed: 0 });
    expect(await world.read(id)).toMatchObject({ status: "failed", error_code: "WORKER_LOST" });
  });
});
