import type { LogFields, Logger } from "./logger.ts";

/** What a line may carry. The type says so at compile time; this list says so at run time. */
const fieldNames = [
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
] as const satisfies readonly (keyof LogFields)[];

/** Longest value of a field; a longer one is cut. */
const maxLength = 4_000;

const noFields: LogFields = {};

export type Level = "info" | "warn" | "error";

function toJson(value: unknown): string | null {
  if (typeof value === "string")
    return JSON.stringify(value.length > maxLength ? value.slice(0, maxLength) : value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "null";
  return null;
}

/** Put together by hand: a line is written for each request, and half of its cost was an object made to be serialised. */
function toLine(time: string, level: Level, event: string, base: LogFields, fields: LogFields): string {
  let line = `{"time":"${time}","level":"${level}","event":${JSON.stringify(event)}`;
  for (const name of fieldNames) {
    const value = fields[name] ?? base[name];
    const json = value === undefined ? null : toJson(value);
    if (json !== null) line += `,"${name}":${json}`;
  }
  return `${line}}`;
}

/** Writes each line with `write`. Fields that are not on the list are left out, whatever the types were talked into. */
export function createLogger(
  write: (line: string, level: Level) => void,
  clock: () => Date,
  base: LogFields = {},
): Logger {
  const log = (level: Level, event: string, fields: LogFields = noFields): void =>
    write(toLine(clock().toISOString(), level, event, base, fields), level);
  return {
    info: (event, fields) => log("info", event, fields),
    warn: (event, fields) => log("warn", event, fields),
    error: (event, fields) => log("error", event, fields),
    with: (fields) => createLogger(write, clock, { ...base, ...fields }),
  };
}
