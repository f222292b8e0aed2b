import type pg from "pg";
import { findCronJob } from "../../deploy/cron-job.ts";
import { wakeUpJob } from "../../deploy/steps/schedule-wake-up.ts";
import { schedulerSecretName } from "../../deploy/steps/store-scheduler-secret.ts";
import { type Check, type DoctorContext, toFindings } from "../check.ts";

const remedy = "npm run deploy:configure";
/** The housekeeping runs hourly; two missed ones are an alarm. */
const maxSilenceMinutes = 130;
const maxWaitMinutes = 10;
/** pg_cron looks for work about once a minute at worst. */
const cronSlackSeconds = 60;

async function findEntryFaults(client: pg.Client): Promise<string[]> {
  const job = await findCronJob(client, wakeUpJob);
  if (job === null) return [`cron.job has no entry ${wakeUpJob}: ${remedy}`];
  const everySeconds = Number(/^(\d+) seconds?$/.exec(job.schedule)?.[1] ?? 60);
  const faults = job.isActive ? [] : [`the entry ${wakeUpJob} is switched off: ${remedy}`];
  if (!job.command.includes(`'${schedulerSecretName}'`)) {
    faults.push(`the entry ${wakeUpJob} does not take its secret from Vault: ${remedy}`);
  }
  const { rows } = await client.query<{ status: string; message: string; isLate: boolean }>(
    `select status, coalesce(return_message, '') as message,
       start_time < now() - make_interval(secs => $2) as "isLate"
     from cron.job_run_details where jobid = $1 order by runid desc limit 1`,
    [job.id, everySeconds * 2 + cronSlackSeconds],
  );
  const [run] = rows;
  if (run === undefined || run.isLate)
    faults.push("pg_cron has not fired the entry for two periods: is it running?");
  else if (run.status === "failed") faults.push(`pg_cron's last run failed: ${run.message}`);
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

interface Heartbeat {
  readonly minutes: number | null;
  readonly waiting: number;
}

/** Our own sign of life: pg_cron says "succeeded" when a request was queued, whatever became of it. */
async function readHeartbeat(client: pg.Client): Promise<Heartbeat> {
  const { rows } = await client.query<Heartbeat>(
    `select
       (select floor(extract(epoch from now() - max(completed_at)) / 60)::int from public.background_jobs
        where job_type = 'operations.maintain' and status = 'completed') as minutes,
       (select count(*)::int from public.background_jobs
        where status in ('pending', 'running') and available_at < now() - make_interval(mins => $1)) as waiting`,
    [maxWaitMinutes],
  );
  return rows[0] ?? { minutes: null, waiting: 0 };
}

export const checkSchedule: Check = {
  name: "schedule",
  async run(context) {
    const { minutes, waiting } = await readHeartbeat(context.client);
    const faults = [...(await findEntryFaults(context.client)), ...(await findSecretFaults(context))];
    if (minutes === null) faults.push(`no scheduled work was ever done: ${remedy}`);
    else if (minutes > maxSilenceMinutes) {
      faults.push(
        `the last scheduled work was done ${minutes} minutes ago; it is due each hour: ${remedy} finds the break`,
      );
    }
    if (waiting > 0) {
      faults.push(
        `${waiting} jobs have been due for over ${maxWaitMinutes} minutes: look at the scheduler's logs`,
      );
    }
    return toFindings(
      faults,
      `entry active and fired; last work done ${minutes ?? 0} minutes ago; nothing overdue`,
    );
  },
};
