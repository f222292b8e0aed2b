import { type CronTimes, readCron } from "./read-cron.ts";

export type CatchUp = "skip" | "run_once" | "run_all";

/** A schedule whose time has come. */
export interface DueSchedule {
  readonly id: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly catchUp: CatchUp;
  readonly nextRunAt: Date;
  /** As the database writes it, so that nothing is lost in comparing. */
  readonly expectedAt: string;
  /** The database's clock. */
  readonly now: Date;
}

/** What is queued for a schedule now, and when it comes again. */
export interface Firing {
  readonly id: string;
  readonly expectedAt: string;
  readonly slots: readonly Date[];
  readonly nextRunAt: Date | null;
  readonly alarmAt: Date | null;
  readonly fault: string | null;
}

export interface NextTimes {
  readonly nextRunAt: Date | null;
  /** Two periods later. */
  readonly alarmAt: Date | null;
}

/** How late a slot of `skip` may be. */
const graceMs = 5 * 60_000;
/** Slots of `run_all` that are made up for in one go; the next wake-up goes on. */
const maxSlots = 100;

export function findNextTimes(times: CronTimes, after: Date): NextTimes {
  const [next = null, , alarm = null] = times.listNext(after, 3);
  return { nextRunAt: next, alarmAt: alarm };
}

function listMissed(times: CronTimes, { catchUp, nextRunAt, now }: DueSchedule): Date[] {
  if (catchUp === "run_all") {
    const justBefore = new Date(nextRunAt.getTime() - 1);
    return times.listNext(justBefore, maxSlots).filter((slot) => slot <= now);
  }
  const latest = times.findLatest(now);
  if (latest === null || latest < nextRunAt) return [];
  if (catchUp === "skip" && now.getTime() - latest.getTime() > graceMs) return [];
  return [latest];
}

/** Works out which slots of a due schedule are run and when it is due again. Knows no clock but the database's. */
export function planFiring(due: DueSchedule): Firing {
  const { id, expectedAt, now } = due;
  const times = readCron(due.cron, due.timeZone);
  if (times === null) {
    return { id, expectedAt, slots: [], nextRunAt: due.nextRunAt, alarmAt: null, fault: "CRON_INVALID" };
  }
  const slots = listMissed(times, due);
  const last = slots.at(-1);
  const isCut = due.catchUp === "run_all" && slots.length === maxSlots && last !== undefined;
  return { id, expectedAt, slots, ...findNextTimes(times, isCut ? last : now), fault: null };
}
