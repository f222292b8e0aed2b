import { ensureCronJob, readCronJob } from "../cron-job.ts";
import type { Step } from "../step.ts";
import { wakeUpJob } from "./schedule-wake-up.ts";

export const cleaningJob = "gantry-clean";
const schedule = "17 3 * * *";

/** Nobody else empties pg_cron's history, and a call each few seconds fills it. */
const command = `delete from cron.job_run_details
where end_time < now() - interval '3 days'
  and jobid in (select jobid from cron.job where jobname in ('${wakeUpJob}', '${cleaningJob}'))`;

/** A daily entry of pg_cron that removes the history of ours. */
export const scheduleCleaning: Step = {
  name: "history of the schedule",
  apply: ({ client }) => ensureCronJob(client, { name: cleaningJob, schedule, command }),
  async prove({ client }) {
    const job = await readCronJob(client, cleaningJob);
    const { rowCount } = await client.query(job.command);
    return `cleaned daily; ${rowCount ?? 0} old rows removed now`;
  },
};
