import { Cron } from "croner";

/** When a cron expression has its turns. */
export interface CronTimes {
  /** The next `count` after `from`, itself not among them. */
  listNext(from: Date, count: number): Date[];
  /** The latest up to `at`, itself included. */
  findLatest(at: Date): Date | null;
}

const fieldCount = 5;

/**
 * Reads five fields (minute, hour, day of month, month, day of week; both days given: either counts) in a time zone of
 * the IANA. Null when it cannot be read. A single time of day that a clock change skips comes at the first minute
 * after it, one that is repeated comes once; patterns of several times follow the clock on the wall.
 */
export function readCron(cron: string, timeZone: string): CronTimes | null {
  if (cron.trim().split(/\s+/).length !== fieldCount) return null;
  try {
    const parsed = new Cron(cron.trim(), { timezone: timeZone, mode: "5-part" });
    // The library looks the zone up only when it is asked for a time.
    parsed.nextRun(new Date());
    return {
      listNext: (from, count) => parsed.nextRuns(count, from),
      findLatest: (at) => parsed.previousRuns(1, new Date(at.getTime() + 1))[0] ?? null,
    };
  } catch {
    return null;
  }
}
