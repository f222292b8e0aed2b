import type { Tx } from "../db/port.ts";

export interface NewJob {
  readonly tenantId: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface EnqueueOptions {
  readonly type: string;
  readonly jobs: readonly NewJob[];
  /** Default now. */
  readonly runAt?: Date;
  /** 1 before 0 before -1 among the jobs of one tenant. Default 0. */
  readonly priority?: -1 | 0 | 1;
  readonly maxAttempts?: number;
}

/** Queues many jobs of one type in the caller's worker transaction, by one statement. Returns how many. */
export async function enqueueJobs(tx: Tx, options: EnqueueOptions): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `select private.enqueue_jobs(
       p_job_type => $1, p_jobs => $2::jsonb, p_run_at => $3, p_priority => $4, p_max_attempts => $5
     ) as count`,
    [
      options.type,
      JSON.stringify(options.jobs),
      options.runAt ?? null,
      options.priority ?? 0,
      options.maxAttempts ?? 10,
    ],
  );
  return row?.count ?? 0;
}
