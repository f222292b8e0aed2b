import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createPgDb } from "../../../functions/_shared/db/create-pg-db.ts";
import type { Db } from "../../../functions/_shared/db/port.ts";
import type { JobHandler, JobOutcome } from "../../../functions/_shared/jobs/job.ts";
import { type JobWorld, sleep, startJobWorld } from "./job-world.ts";

let world: JobWorld;
beforeAll(async () => {
  world = await startJobWorld();
});
afterAll(() => world.stop());
afterEach(() => world.clear());

const completed: JobOutcome = { kind: "completed" };

describe("every job ends", () => {
  it("completed ones once, also those that are queued meanwhile", async () => {
    const ids = await world.enqueueMany("a", 30);
    const seen: string[] = [];
    let extra: string | undefined;
    const report = await world.drain({
      a: async (job) => {
        seen.push(job.id);
        if (seen.length === 1) extra = await world.enqueue("a");
        return completed;
      },
    });
    expect(report).toMatchObject({ claimed: 31, completed: 31, failed: 0, stoppedBy: "empty" });
    expect(seen.sort()).toEqual([...ids, extra].sort());
    expect((await world.read(ids[0] ?? "")).progress).toMatchObject({ percentage: 100 });
  });

  it("two workers at once share the jobs and run none twice", async () => {
    await world.enqueueMany("a", 60);
    const seen: string[] = [];
    const handlers: Record<string, JobHandler> = {
      a: async (job) => {
        seen.push(job.id);
        await sleep(2);
        return completed;
      },
    };
    await Promise.all([world.drain(handlers), world.drain(handlers)]);
    expect(seen).toHaveLength(60);
    expect(new Set(seen).size).toBe(60);
  });

  it("a failure that may pass is tried again with backoff until the attempts are used up", async () => {
    const id = await world.enqueue("a", 3);
    const handlers: Record<string, JobHandler> = {
      a: async () => ({ kind: "failed", code: "TARGET_DOWN", message: "no answer", retryable: true }),
    };
    for (const [attempts, status] of [
      [1, "pending"],
      [2, "pending"],
      [3, "failed"],
    ] as const) {
      const report = await world.drain(handlers);
      expect(report).toMatchObject({ claimed: 1, stoppedBy: "empty" });
      expect(await world.read(id)).toMatchObject({
        status,
        attempts,
        error_code: "TARGET_DOWN",
        worker: null,
      });
      await world.makeDue();
    }
    expect(await world.drain(handlers)).toMatchObject({ claimed: 0 });
  });

  it("a failure that will not pass ends at once", async () => {
    const id = await world.enqueue("a", 10);
    await world.drain({
      a: async () => ({ kind: "failed", code: "NO_USE", message: "x", retryable: false }),
    });
    expect(await world.read(id)).toMatchObject({ status: "failed", attempts: 1, error_code: "NO_USE" });
  });

  it("a type that a handler map only inherits is unknown", async () => {
    const id = await world.enqueue("toString");
    const handlers = { ...Object.create({ toString: async () => completed }), toString: undefined };
    await world.drain(handlers as Record<string, JobHandler>);
    expect(await world.read(id)).toMatchObject({ status: "failed", error_code: "UNKNOWN_JOB_TYPE" });
  });

  it("a job that must wait is put back and counts no attempt", async () => {
    const id = await world.enqueue("a", 1);
    const runAt = new Date(Date.now() + 60_000);
    expect(await world.drain({ a: async () => ({ kind: "again", runAt }) })).toMatchObject({ deferred: 1 });
    expect(await world.read(id)).toMatchObject({ status: "pending", attempts: 0 });
  });
});

describe("case 69: what a failure says cannot keep the job from failing", () => {
  const circular = new Error("circular");
  circular.cause = circular;
  const named = new Error("x");
  named.name = "Bad\u0000Name";
  const thrown: Record<string, unknown> = {
    "U+0000": new Error("bad\u0000"),
    "1 MB": new Error("x".repeat(1_048_576)),
    "half a surrogate pair": new Error("a\ud800b"),
    "a circular cause": circular,
    "a name with U+0000": named,
    "a text": "bad\u0000",
    nothing: undefined,
    "an object that cannot be read": new Proxy(
      {},
      {
        get: () => {
          throw new Error("no");
        },
      },
    ),
  };
  for (const [name, value] of Object.entries(thrown)) {
    it(`thrown: ${name}`, async () => {
      const id = await world.enqueue("a", 2);
      const handlers: Record<string, JobHandler> = { a: () => Promise.reject(value) };
      await world.drain(handlers);
      await world.makeDue();
      await world.drain(handlers);
      expect(await world.read(id)).toMatchObject({
        status: "failed",
        attempts: 2,
        error_code: "HANDLER_FAULT",
      });
    });
  }

  const told: Record<string, [code: string, message: string]> = {
    "U+0000": ["A_CODE", "bad\u0000"],
    "1 MB": ["A_CODE", "😀".repeat(524_288)],
    "half a surrogate pair": ["A_CODE", `${"x".repeat(1_999)}😀`],
    "a code with U+0000": ["A\u0000", "m"],
    "a code of 1 MB": ["A".repeat(1_048_576), "m"],
  };
  for (const [name, [code, message]] of Object.entries(told)) {
    it(`told: ${name}`, async () => {
      const id = await world.enqueue("a");
      await world.drain({ a: async () => ({ kind: "failed", code, message, retryable: false }) });
      const row = await world.read(id);
      expect(row.status).toBe("failed");
      expect(row.error_code).toBe(code === "A_CODE" ? code : "HANDLER_FAULT");
    });
  }

  it("a thrown message, which may quote anything, is neither stored nor logged", async () => {
    const id = await world.enqueue("a", 1);
    await world.drain({ a: () => Promise.reject(new TypeError("postgresql://u:canary5f2e91@h/d")) });
    expect(await world.read(id)).toMatchObject({ error_message: "The handler threw TypeError." });
    expect(world.logLines.join("\n")).not.toContain("canary5f2e91");
    expect(world.logLines.join("\n")).toContain("jobs.test.ts");
  });
});

describe("limits", () => {
  it("the wall limit tells handlers to stop, and what they report is written", async () => {
    const id = await world.enqueue("a");
    const report = await world.drain(
      {
        a: async (_job, ctx) => {
          await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
          return { kind: "again" };
        },
      },
      { limits: { wallMs: 200 } },
    );
    expect(report).toMatchObject({ deferred: 1, stoppedBy: "wall" });
    expect((await world.read(id)).status).toBe("pending");
  });

  it("the CPU limit ends the claiming", async () => {
    await world.enqueueMany("a", 20);
    const burn: JobHandler = async () => {
      const until = performance.now() + 60;
      while (performance.now() < until);
      return completed;
    };
    const report = await world.drain({ a: burn }, { limits: { cpuMs: 150, batch: 1 } });
    expect(report.stoppedBy).toBe("cpu");
    expect(report.claimed).toBeLessThan(10);
  });

  it("no database: the drain ends and says so", async () => {
    const away = createPgDb({
      connectionString: "postgresql://gantry_edge:x@127.0.0.1:1/x",
      maxConnections: 1,
    });
    expect(await world.drain({ a: async () => completed }, { db: away })).toMatchObject({
      stoppedBy: "database",
    });
    await away.close();
  });

  it("the end is written although the database was away for a moment", async () => {
    const id = await world.enqueue("a");
    let refusals = 0;
    const shaky: Db = {
      ...world.db,
      asWorker(scope, work, options) {
        if (refusals > 0) {
          refusals -= 1;
          return Promise.resolve({ ok: false, error: { code: "DATABASE_UNAVAILABLE" } });
        }
        return world.db.asWorker(scope, work, options);
      },
    };
    const handlers: Record<string, JobHandler> = {
      a: async () => {
        refusals = 2;
        return completed;
      },
    };
    expect(await world.drain(handlers, { db: shaky })).toMatchObject({ completed: 1 });
    expect((await world.read(id)).status).toBe("completed");
  });
});
