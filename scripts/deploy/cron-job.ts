import type pg from "pg";
import { StackError } from "../../dev/process/stack-error.ts";

export interface CronJob {
  readonly name: string;
  readonly schedule: string;
  readonly command: string;
}

export interface StoredCronJob extends CronJob {
  readonly id: string;
  readonly isActive: boolean;
}

/** A job of this role by its name; null when there is none. */
export async function findCronJob(client: pg.Client, name: string): Promise<StoredCronJob | null> {
  const { rows } = await client.query<StoredCronJob>(
    `select jobid::text as id, jobname as name, schedule, command, active as "isActive" from cron.job
     where jobname = $1 and username = current_user and database = pg_catalog.current_database()`,
    [name],
  );
  return rows[0] ?? null;
}

/** Enters the job or changes the one of its name. Null when it was there, equal and active. */
export async function ensureCronJob(client: pg.Client, job: CronJob): Promise<string | null> {
  const stored = await findCronJob(client, job.name);
  if (stored?.schedule === job.schedule && stored.command === job.command && stored.isActive) return null;
  await client.query("select cron.schedule($1, $2, $3)", [job.name, job.schedule, job.command]);
  if (stored?.isActive === false) {
    await client.query("select cron.alter_job(job_id => $1, active => true)", [stored.id]);
  }
  return stored === null ? "entered" : "brought up to date";
}

/** The job as the table holds it; what is tried is what will run. */
export async function readCronJob(client: pg.Client, name: string): Promise<StoredCronJob> {
  const stored = await findCronJob(client, name);
  if (stored === null) throw new StackError(`cron.job has no entry ${name}, though pg_cron took it`);
  return stored;
}
