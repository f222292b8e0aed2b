import type { Tx } from "../../db/port.ts";
import { fail, ok, type Result } from "../../errors/result.ts";
import { type CatchUp, findNextTimes } from "./plan-firing.ts";
import { readCron } from "./read-cron.ts";

export interface Schedule {
  /** Unique for the tenant, or for the platform. */
  readonly name: string;
  /** Null for the platform's own. */
  readonly tenantId: string | null;
  /** Five fields. */
  readonly cron: string;
  /** Of the IANA, as `Europe/Berlin`. Default UTC. */
  readonly timeZone?: string;
  readonly jobType: string;
  readonly payload?: Readonly<Record<string, unknown>>;
  /** Default run_once. */
  readonly catchUp?: CatchUp;
  /** Default true. */
  readonly isEnabled?: boolean;
}

/**
 * Makes or changes a schedule, within the caller's worker transaction; registering it as it is changes nothing, however
 * often and by however many. Returns its id, or VALIDATION_FAILED for times that cannot be read or never come.
 */
export async function registerSchedule(tx: Tx, schedule: Schedule): Promise<Result<string>> {
  const { cron, timeZone = "UTC" } = schedule;
  const times = readCron(cron, timeZone);
  if (times === null) return fail("VALIDATION_FAILED", { detail: "The cron expression cannot be read." });
  const [clock] = await tx.query<{ now: Date }>("select pg_catalog.clock_timestamp() as now");
  const { nextRunAt, alarmAt } = findNextTimes(times, clock?.now ?? new Date());
  if (nextRunAt === null) return fail("VALIDATION_FAILED", { detail: "The cron expression never comes." });
  const [row] = await tx.query<{ id: string }>(
    `select private.register_schedule(
       p_name => $1, p_tenant_id => $2, p_cron => $3, p_time_zone => $4, p_job_type => $5, p_payload => $6::jsonb,
       p_catch_up => $7, p_is_enabled => $8, p_next_run_at => $9, p_alarm_at => $10
     ) as id`,
    [
      schedule.name,
      schedule.tenantId,
      cron,
      timeZone,
      schedule.jobType,
      JSON.stringify(schedule.payload ?? {}),
      schedule.catchUp ?? "run_once",
      schedule.isEnabled ?? true,
      nextRunAt,
      alarmAt,
    ],
  );
  return ok(row?.id ?? "");
}
