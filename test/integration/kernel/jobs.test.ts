import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createPgDb } from "../../../functions/_shared/db/create-pg-db.ts";
import type { Db } from "../../../functions/_shared/db/port.ts";
import type { JobContext, JobHandler, JobOutcome } from "../../../functions/_shared/jobs/job.ts";
import { type DrainLimits, type DrainReport, drainJobs } from "../../../functions/_shared/jobs/run-jobs.ts";
import { createLogger } from "../../../functions/_shared/log/create-logger.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/database.ts";

let database: TestDatabase;
let admin: pg.Client;
let db: Db;
const logLines: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  db = createPgDb({ connectionString: database.edgeUrl, maxConnections: 4 });
});
afterAll(async () => {
  await db.close();
  await admin.end();
  await database.drop();
});
afterEach(() => admin.query("delete from public.background_jobs"));

interface Row {
  readonly status: string;
  readonly attempts: number;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly progress: Record<string, unknown>;
  readonly worker: string | null;
}
async function enqueue(type: string, maxAttempts = 3): Promise<string> {
  const id = randomUUID();
  await admin.query("insert into public.background_jobs (id, job_type, max_attempts) values ($1, $2, $3)", [
    id,
    type,
    maxAttempts,
  ]);
  return id;
}
async function enqueueMany(type: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) ids.push(await enqueue(type));
  return ids;
}
const read = async (id: string): Promise<Row> =>
  (await admin.query("select * from public.background_jobs where id = $1", [id])).rows[0];
/** Backoff is over. */
const makeDue = () =>
  admin.query("update public.background_jobs set available_at = now() where status = 'pending'");

interface DrainChanges {
  readonly limits?: Partial<DrainLimits>;
  readonly leaseSeconds?: number;
  readonly db?: Db;
}
const drain = (handlers: Record<string, JobHandler>, changes: DrainChanges = {}): Promise<DrainReport> =>
  drainJobs({
    db: changes.db ?? db,
    handlers,
    worker: `test-${randomUUID().slice(0, 8)}`,
    limits: { cpuMs: 60_000, wallMs: 20_000, batch: 4, ...changes.limits },
    leaseSeconds: changes.leaseSeconds ?? 30,
    log: createLogger(
      (line) => logLines.push(line),
      () => new Date(),
    ),
    clock: () => new Date(),
  });
const completed: JobOutcome = { kind: "completed" };
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("every job ends", () => {
  it("completed ones once, also those that are queued meanwhile", async () => {
    const ids = await enqueueMany("a", 30);
    const seen: string[] = [];
    let extra: string | undefined;
    const report = await drain({
      a: async (job) => {
        seen.push(job.id);
        if (seen.length === 1) extra = await enqueue("a");
        return completed;
      },
    });
    expect(report).toMatchObject({ claimed: 31, completed: 31, failed: 0, stoppedBy: "empty" });
    expect(seen.sort()).toEqual([...ids, extra].sort());
    expect((await read(ids[0] ?? "")).progress).toMatchObject({ percentage: 100 });
  });

  it("two workers at once share the jobs and run none twice", async () => {
    await enqueueMany("a", 60);
    const seen: string[] = [];
    const handlers: Record<string, JobHandler> = {
      a: async (job) => {
        seen.push(job.id);
        await sleep(2);
        return completed;
      },
    };
    await Promise.all([drain(handlers), drain(handlers)]);
    expect(seen).toHaveLength(60);
    expect(new Set(seen).size).toBe(60);
  });

  it("a failure that may pass is tried again with backoff until the attempts are used up", async () => {
    const id = await enqueue("a", 3);
    const handlers: Record<string, JobHandler> = {
      a: async () => ({ kind: "failed", code: "TARGET_DOWN", message: "no answer", retryable: true }),
    };
    for (const [attempts, status] of [
      [1, "pending"],
      [2, "pending"],
      [3, "failed"],
    ] as const) {
      const report = await drain(handlers);
      expect(report).toMatchObject({ claimed: 1, stoppedBy: "empty" });
      expect(await read(id)).toMatchObject({ status, attempts, error_code: "TARGET_DOWN", worker: null });
      await makeDue();
    }
    expect(await drain(handlers)).toMatchObject({ claimed: 0 });
  });

  it("a failure that will not pass ends at once", async () => {
    const id = await enqueue("a", 10);
    await drain({ a: async () => ({ kind: "failed", code: "NO_USE", message: "x", retryable: false }) });
    expect(await read(id)).toMatchObject({ status: "failed", attempts: 1, error_code: "NO_USE" });
  });

  it("a type that a handler map only inherits is unknown", async () => {
    const id = await enqueue("toString");
    const handlers = { ...Object.create({ toString: async () => completed }), toString: undefined };
    await drain(handlers as Record<string, JobHandler>);
    expect(await read(id)).toMatchObject({ status: "failed", error_code: "UNKNOWN_JOB_TYPE" });
  });

  it("a job that must wait is put back and counts no attempt", async () => {
    const id = await enqueue("a", 1);
    const runAt = new Date(Date.now() + 60_000);
    expect(await drain({ a: async () => ({ kind: "again", runAt }) })).toMatchObject({ deferred: 1 });
    expect(await read(id)).toMatchObject({ status: "pending", attempts: 0 });
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
      const id = await enqueue("a", 2);
      const handlers: Record<string, JobHandler> = { a: () => Promise.reject(value) };
      await drain(handlers);
      await makeDue();
      await drain(handlers);
      expect(await read(id)).toMatchObject({ status: "failed", attempts: 2, error_code: "HANDLER_FAULT" });
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
      const id = await enqueue("a");
      await drain({ a: async () => ({ kind: "failed", code, message, retryable: false }) });
      const row = await read(id);
      expect(row.status).toBe("failed");
      expect(row.error_code).toBe(code === "A_CODE" ? code : "HANDLER_FAULT");
    });
  }

  it("a thrown message, which may quote anything, is neither stored nor logged", async () => {
    const id = await enqueue("a", 1);
    await drain({ a: () => Promise.reject(new TypeError("postgresql://u:canary5f2e91@h/d")) });
    expect(await read(id)).toMatchObject({ error_message: "The handler threw TypeError." });
    expect(logLines.join("\n")).not.toContain("canary5f2e91");
    expect(logLines.join("\n")).toContain("jobs.test.ts");
  });
});

describe("case 86: a job that outlasts its lease runs once", () => {
  for (const share of [0.9, 1.0, 1.1, 3]) {
    it(`${share} x the lease: one effect, although a second worker looks all the time`, async () => {
      const id = await enqueue("a");
      let effects = 0;
      const handlers: Record<string, JobHandler> = {
        a: async () => {
          effects += 1;
          await sleep(share * 1_000);
          return completed;
        },
      };
      const first = drain(handlers, { leaseSeconds: 1 });
      while (effects === 0) await sleep(5);
      let isOver = false;
      void first.then(() => {
        isOver = true;
      });
      while (!isOver) {
        await drain(handlers, { leaseSeconds: 1 });
        await sleep(100);
      }
      expect(await first).toMatchObject({ completed: 1, fenced: 0 });
      expect([effects, (await read(id)).attempts]).toEqual([1, 1]);
    });
  }
});

describe("a worker that lost its lease", () => {
  /** As if this worker had been frozen: another one has taken the job. */
  const takeOver = (id: string) =>
    admin.query("update public.background_jobs set fence = fence + 1, worker = 'other' where id = $1", [id]);

  for (const outcome of [
    completed,
    { kind: "again" },
    { kind: "failed", code: "X", message: "", retryable: true },
  ]) {
    it(`writes no end: ${outcome.kind}`, async () => {
      const id = await enqueue("a");
      const report = await drain({
        a: async () => {
          await takeOver(id);
          return outcome as JobOutcome;
        },
      });
      expect(report).toMatchObject({ claimed: 1, fenced: 1 });
      expect(await read(id)).toMatchObject({ status: "running", worker: "other" });
    });
  }

  it("is stopped: progress says so and the signal is aborted", async () => {
    const id = await enqueue("a");
    let kept: JobContext | undefined;
    const report = await drain({
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
    expect((await read(id)).progress).toMatchObject({
      current: 1,
      total: 4,
      percentage: 25,
      message: "first",
    });
  });

  it("is stopped by the renewal too, when its handler asks nothing", async () => {
    const id = await enqueue("a");
    const started = Date.now();
    await drain(
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
    const id = await enqueue("a");
    let isAway = false;
    const shaky: Db = {
      ...db,
      asWorker: (scope, work, options) =>
        isAway
          ? Promise.resolve({ ok: false, error: { code: "DATABASE_UNAVAILABLE" } })
          : db.asWorker(scope, work, options),
    };
    const report = await drain(
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
    // By then the lease had run out, so the same drain took the job again.
    expect(report).toMatchObject({ claimed: 2, fenced: 1, completed: 1 });
    expect(await read(id)).toMatchObject({ status: "completed", attempts: 2 });
  });
});

describe("a worker that was killed", () => {
  /** What a killed worker leaves behind: a running job whose lease has run out. */
  const abandon = (id: string, attempts: number) =>
    admin.query(
      `update public.background_jobs set status = 'running', worker = 'killed', attempts = $2, fence = 1,
         available_at = now() - interval '1 second' where id = $1`,
      [id, attempts],
    );

  it("its job is taken up by the next one", async () => {
    const id = await enqueue("a", 3);
    await abandon(id, 1);
    expect(await drain({ a: async () => completed })).toMatchObject({ completed: 1 });
    expect(await read(id)).toMatchObject({ status: "completed", attempts: 2 });
  });

  it("a job that kills every worker ends as WORKER_LOST", async () => {
    const id = await enqueue("a", 3);
    await abandon(id, 3);
    expect(await drain({ a: async () => completed })).toMatchObject({ claimed: 0 });
    expect(await read(id)).toMatchObject({ status: "failed", error_code: "WORKER_LOST" });
  });
});

describe("limits", () => {
  it("the wall limit tells handlers to stop, and what they report is written", async () => {
    const id = await enqueue("a");
    const report = await drain(
      {
        a: async (_job, ctx) => {
          await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
          return { kind: "again" };
        },
      },
      { limits: { wallMs: 200 } },
    );
    expect(report).toMatchObject({ deferred: 1, stoppedBy: "wall" });
    expect((await read(id)).status).toBe("pending");
  });

  it("the CPU limit ends the claiming", async () => {
    await enqueueMany("a", 20);
    const burn: JobHandler = async () => {
      const until = performance.now() + 60;
      while (performance.now() < until);
      return completed;
    };
    const report = await drain({ a: burn }, { limits: { cpuMs: 150, batch: 1 } });
    expect(report.stoppedBy).toBe("cpu");
    expect(report.claimed).toBeLessThan(10);
  });

  it("no database: the drain ends and says so", async () => {
    const away = createPgDb({
      connectionString: "postgresql://gantry_edge:x@127.0.0.1:1/x",
      maxConnections: 1,
    });
    expect(await drain({ a: async () => completed }, { db: away })).toMatchObject({ stoppedBy: "database" });
    await away.close();
  });

  it("the end is written although the database was away for a moment", async () => {
    const id = await enqueue("a");
    let refusals = 0;
    const shaky: Db = {
      ...db,
      asWorker(scope, work, options) {
        if (refusals > 0) {
          refusals -= 1;
          return Promise.resolve({ ok: false, error: { code: "DATABASE_UNAVAILABLE" } });
        }
        return db.asWorker(scope, work, options);
      },
    };
    const handlers: Record<string, JobHandler> = {
      a: async () => {
        refusals = 2;
        return completed;
      },
    };
    expect(await drain(handlers, { db: shaky })).toMatchObject({ completed: 1 });
    expect((await read(id)).status).toBe("completed");
  });
});
