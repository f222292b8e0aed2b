import { randomUUID } from "node:crypto";
import pg from "pg";
import { createPgDb } from "../../../functions/_shared/db/create-pg-db.ts";
import type { Db } from "../../../functions/_shared/db/port.ts";
import type { JobHandler } from "../../../functions/_shared/jobs/job.ts";
import { type DrainLimits, type DrainReport, drainJobs } from "../../../functions/_shared/jobs/run-jobs.ts";
import { createLogger } from "../../../functions/_shared/log/create-logger.ts";
import { createTestDatabase } from "../../helpers/database.ts";

export interface JobRow {
  readonly status: string;
  readonly attempts: number;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly progress: Record<string, unknown>;
  readonly worker: string | null;
}

export interface DrainChanges {
  readonly limits?: Partial<DrainLimits>;
  readonly leaseSeconds?: number;
  readonly db?: Db;
}

/** A database with jobs, and a worker to drain it. */
export interface JobWorld {
  readonly db: Db;
  readonly admin: pg.Client;
  readonly logLines: string[];
  enqueue(type: string, maxAttempts?: number): Promise<string>;
  enqueueMany(type: string, count: number): Promise<string[]>;
  read(id: string): Promise<JobRow>;
  /** Backoff is over. */
  makeDue(): Promise<void>;
  drain(handlers: Record<string, JobHandler>, changes?: DrainChanges): Promise<DrainReport>;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function startJobWorld(): Promise<JobWorld> {
  const database = await createTestDatabase();
  const admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  const db = createPgDb({ connectionString: database.edgeUrl, maxConnections: 4 });
  const logLines: string[] = [];
  const log = createLogger(
    (line) => logLines.push(line),
    () => new Date(),
  );
  const enqueue = async (type: string, maxAttempts = 3): Promise<string> => {
    const id = randomUUID();
    await admin.query("insert into public.background_jobs (id, job_type, max_attempts) values ($1, $2, $3)", [
      id,
      type,
      maxAttempts,
    ]);
    return id;
  };
  return {
    db,
    admin,
    logLines,
    enqueue,
    async enqueueMany(type, count) {
      const ids: string[] = [];
      for (let index = 0; index < count; index++) ids.push(await enqueue(type));
      return ids;
    },
    read: async (id) =>
      (await admin.query("select * from public.background_jobs where id = $1", [id])).rows[0],
    async makeDue() {
      await admin.query("update public.background_jobs set available_at = now() where status = 'pending'");
    },
    drain: (handlers, changes = {}) =>
      drainJobs({
        db: changes.db ?? db,
        handlers,
        worker: `test-${randomUUID().slice(0, 8)}`,
        limits: { cpuMs: 60_000, wallMs: 20_000, batch: 4, ...changes.limits },
        leaseSeconds: changes.leaseSeconds ?? 30,
        log,
        clock: () => new Date(),
      }),
    async clear() {
      await admin.query("delete from public.background_jobs");
    },
    async stop() {
      await db.close();
      await admin.end();
      await database.drop();
    },
  };
}
