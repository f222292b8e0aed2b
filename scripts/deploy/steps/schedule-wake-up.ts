import type pg from "pg";
import { StackError } from "../../../dev/process/stack-error.ts";
import { ensureCronJob, readCronJob } from "../cron-job.ts";
import { expectHealth } from "../expect-health.ts";
import type { DeployContext, Step } from "../step.ts";
import { waitFor } from "../wait-for.ts";
import { schedulerSecretName } from "./store-scheduler-secret.ts";

export const wakeUpJob = "gantry-scheduler";

interface NetAnswer {
  readonly status: number | null;
  readonly fault: string | null;
}

/** Fetches the secret when it fires: the command, its history and the statistics of statements never hold it. */
function toCommand(client: pg.Client, functionsUrl: string): string {
  return `select net.http_post(
  url := ${client.escapeLiteral(`${functionsUrl}/scheduler`)},
  headers := jsonb_build_object('Authorization', 'Bearer ' || s.decrypted_secret, 'Content-Type', 'application/json'),
  body := '{}'::jsonb,
  timeout_milliseconds := 5000
) as id from vault.decrypted_secrets s where s.name = '${schedulerSecretName}'`;
}

const remedies: Readonly<Record<number, string>> = {
  401: "the functions have another GANTRY_SCHEDULER_SECRET: set the secrets again",
  404: "the function is not deployed: npx supabase functions deploy --use-api",
  500: "the function does not run: its logs say why",
  503: "the function does not start: its logs say which variables are missing",
};

async function fireOnce({ client, patience }: DeployContext, command: string): Promise<void> {
  const { rows } = await client.query<{ id: string }>(command);
  const id = rows[0]?.id;
  if (id === undefined) throw new StackError("the entry finds no secret in Vault and posts nothing");
  const answer = await waitFor(
    async () => {
      const found = await client.query<NetAnswer>(
        "select status_code as status, error_msg as fault from net._http_response where id = $1",
        [id],
      );
      return found.rows[0] ?? null;
    },
    { timeoutMs: patience.answerMs },
  );
  if (answer === null) throw new StackError("pg_net did not send the request: is its worker running?");
  if (answer.status === 202) return;
  const seen = answer.fault ?? `HTTP ${String(answer.status)}`;
  throw new StackError(
    `the scheduler was not woken: ${seen}; ${remedies[answer.status ?? 0] ?? "see the function's logs"}`,
  );
}

async function waitForCron({ client, everySeconds, patience }: DeployContext, jobId: string): Promise<void> {
  let failure = "it does not fire the entry: is its worker running?";
  const run = await waitFor(
    async () => {
      const { rows } = await client.query<{ status: string; message: string | null }>(
        `select status, return_message as message from cron.job_run_details
         where jobid = $1 and end_time is not null and start_time > now() - make_interval(secs => $2)
         order by runid desc limit 1`,
        [jobId, everySeconds * 2 + 5],
      );
      const [last] = rows;
      if (last?.status === "succeeded") return last;
      // One that failed before this command put things right is followed by a better one.
      if (last !== undefined) failure = `its last run ended ${last.status}: ${last.message ?? ""}`;
      return null;
    },
    { timeoutMs: patience.cronMs },
  );
  if (run === null) throw new StackError(`pg_cron: ${failure}`);
}

/** The scheduler's own word: written by it, in this database, after a run that went well from beginning to end. */
async function waitForHeartbeat({ client, patience }: DeployContext, since: string): Promise<string> {
  const beat = await waitFor(
    async () => {
      const { rows } = await client.query<{ at: string }>(
        `select last_good_at::timestamptz(0)::text as at from control_plane.heartbeats
         where name = 'scheduler' and last_good_at > $1`,
        [since],
      );
      return rows[0]?.at ?? null;
    },
    { timeoutMs: patience.workMs },
  );
  if (beat !== null) return beat;
  throw new StackError(
    "the scheduler answers, but does no work in this database: have the functions been given the GANTRY_DB_URL of here?",
  );
}

async function readClock(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ now: string }>("select clock_timestamp()::text as now");
  return rows[0]?.now ?? "";
}

/** One entry of pg_cron that wakes the scheduler; everything else that is due is a job in our own table. */
export const scheduleWakeUp: Step = {
  name: "schedule",
  apply({ client, functionsUrl, everySeconds }) {
    const schedule = `${everySeconds} seconds`;
    return ensureCronJob(client, { name: wakeUpJob, schedule, command: toCommand(client, functionsUrl) });
  },
  async prove(context) {
    await expectHealth(context.functionsUrl);
    const job = await readCronJob(context.client, wakeUpJob);
    const since = await readClock(context.client);
    await fireOnce(context, job.command);
    const at = await waitForHeartbeat(context, since);
    await waitForCron(context, job.id);
    return `the scheduler answered 202 to the entry's own request and did its work at ${at}; pg_cron fires it`;
  },
};
