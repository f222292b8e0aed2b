import type pg from "pg";
import { findCronJob, type StoredCronJob } from "../../deploy/cron-job.ts";
import { wakeUpJob } from "../../deploy/steps/schedule-wake-up.ts";
import { schedulerSecretName } from "../../deploy/steps/store-scheduler-secret.ts";
import { type Check, type DoctorContext, toFindings } from "../check.ts";

const remedy = "npm run deploy:configure";
/** Two periods, and what one run may take: the heartbeat comes at its end. */
const maxRunSeconds = 120;
const defaultPeriodSeconds = 60;
const maxWaitMinutes = 10;
/** pg_cron looks for work about once a minute at worst. */
const cronSlackSeconds = 60;

const readPeriod = (job: StoredCronJob | null): number =>
  Number(/^(\d+) seconds?$/.exec(job?.schedule ?? "")?.[1] ?? defaultPeriodSeconds);

async function findEntryFaults(client: pg.Client, job: StoredCronJob | null): Promise<string[]> {
  if (job === null) return [`cron.job has no entry ${wakeUpJob}: ${remedy}`];
  const faults = job.isActive ? [] : [`the entry ${wakeUpJob} is switched off: ${remedy}`];
  if (!job.command.includes(`'${schedulerSecretName}'`)) {
    faults.push(`the entry ${wakeUpJob} does not take its secret from Vault: ${remedy}`);
  }
  const { rows } = await client.query<{ status: string; message: string; isLate: boolean }>(
    `select status, coalesce(return_message, '') as message,
       start_time < now() - make_interval(secs => $2) as "isLate"
     from cron.job_run_details where jobid = $1 order by runid desc limit 1`,
    [job.id, readPeriod(job) * 2 + cronSlackSeconds],
  );
  const [run] = rows;
  if (run === undefined || run.isLate) {
    faults.push("pg_cron has not fired the entry for two periods: is it running?");
  } else if (run.status === "failed") faults.push(`pg_cron's last run failed: ${run.message}`);
  return faults;
}

async function findSecretFaults({ client, variables }: DoctorContext): Promise<string[]> {
  const { rows } = await client.query<{ secret: string | null }>(
    "select decrypted_secret as secret from vault.decrypted_secrets where name = $1",
    [schedulerSecretName],
  );
  const [stored] = rows;
  if (stored === undefined) return [`Vault has no ${schedulerSecretName}: ${remedy}`];
  const given = variables.GANTRY_SCHEDULER_SECRET;
  const isOther = given !== undefined && given !== stored.secret;
  return isOther ? [`Vault holds another secret than GANTRY_SCHEDULER_SECRET: ${remedy}`] : [];
}

/** Our own sign of life: pg_cron says "succeeded" when a request was queued, whatever became of it. */
async function findHeartbeatFault(client: pg.Client, job: StoredCronJob | null): Promise<string | null> {
  const { rows } = await client.query<{ seconds: number }>(
    `select floor(extract(epoch from clock_timestamp() - last_good_at))::int as seconds
     from control_plane.heartbeats where name = 'scheduler'`,
  );
  const [beat] = rows;
  if (beat === undefined) return `the scheduler has never done its work: ${remedy}`;
  if (beat.seconds <= readPeriod(job) * 2 + maxRunSeconds) return null;
  return `the scheduler's last good run was ${Math.floor(beat.seconds / 60)} minutes ago: ${remedy} finds the break`;
}

async function findMissedFaults(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; due: string; fault: string | null }>(
    "select name, next_run_at::timestamptz(0)::text as due, fault from private.missed_schedules()",
  );
  return rows.map(({ name, due, fault }) =>
    fault === null
      ? `the schedule ${name} was due ${due} and has not run`
      : `the schedule ${name} cannot run: ${fault}`,
  );
}

async function findWaitingFaults(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ waiting: number }>(
    `select count(*)::int as waiting from public.background_jobs
     where status in ('pending', 'running') and available_at < now() - make_interval(mins => $1)`,
    [maxWaitMinutes],
  );
  const waiting = rows[0]?.waiting ?? 0;
  if (waiting === 0) return [];
  return [`${waiting} jobs have been due for over ${maxWaitMinutes} minutes: look at the scheduler's logs`];
}

export const checkSchedule: Check = {
  name: "schedule",
  async run(context) {
    const { client } = context;
    const job = await findCronJob(client, wakeUpJob);
    const silence = await findHeartbeatFault(client, job);
    const faults = [
      ...(await findEntryFaults(client, job)),
      ...(await findSecretFaults(context)),
      ...(silence === null ? [] : [silence]),
      ...(await findMissedFaults(client)),
      ...(await findWaitingFaults(client)),
    ];
    return toFindings(
      faults,
      "the entry is active and fires; the scheduler does its work; nothing is overdue",
    );
  },
};
