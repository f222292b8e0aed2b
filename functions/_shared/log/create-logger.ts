import type { LogFields, Logger } from "./logger.ts";

/** What a line may carry. The type says so at compile time; this list says so at run time. */
const fieldNames: ReadonlySet<string> = new Set<keyof LogFields>([
  "requestId",
  "function",
  "method",
  "route",
  "status",
  "durationMs",
  "code",
  "userId",
  "tenantId",
  "jobId",
  "jobType",
  "operationId",
  "attempt",
  "count",
  "sqlState",
  "constraint",
  "errorName",
  "stack",
]);

/** Longest value of a field; a longer one is cut. */
const maxLength = 4_000;

type Level = "info" | "warn" | "error";

function toLine(time: Date, level: Level, event: string, fields: LogFields): string {
  const line: Record<string, unknown> = { time: time.toISOString(), level, event };
  for (const [name, value] of Object.entries(fields)) {
    if (!fieldNames.has(name)) continue;
    if (typeof value === "string") line[name] = value.slice(0, maxLength);
    else if (typeof value === "number") line[name] = value;
  }
  return JSON.stringify(line);
}

/** Writes each line with `write`. Fields that are not on the list are left out, whatever the types were talked into. */
export function createLogger(write: (line: string) => void, clock: () => Date, base: LogFields = {}): Logger {
  const log = (level: Level, event: string, fields: LogFields = {}): void =>
    write(toLine(clock(), level, event, { ...base, ...fields }));
  return {
    info: (event, fields) => log("info", event, fields),
    warn: (event, fields) => log("warn", event, fields),
    error: (event, fields) => log("error", event, fields),
    with: (fields) => createLogger(write, clock, { ...base, ...fields }),
  };
}
