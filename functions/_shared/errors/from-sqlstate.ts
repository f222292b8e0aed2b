import { type ErrorCode, isErrorCode } from "./codes.ts";
import type { Failure } from "./failure.ts";

/** The parts of a Postgres error that may be looked at. `detail` of anything but PTxyz can hold whole rows. */
export interface PgError {
  /** SQLSTATE. */
  readonly code: string;
  readonly message: string;
  readonly detail?: string | undefined;
  readonly constraint?: string | undefined;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly detail?: string;
  readonly retryAfterSeconds?: number;
}

const busy: Meaning = { code: "BUSY", retryAfterSeconds: 1 };
const unavailable: Meaning = { code: "DATABASE_UNAVAILABLE", retryAfterSeconds: 2 };

/** What each SQLSTATE means to a caller (https://www.postgresql.org/docs/17/errcodes-appendix.html). */
const meanings: Readonly<Record<string, Meaning>> = {
  "22001": { code: "VALIDATION_FAILED", detail: "A text is too long." },
  "22003": { code: "VALIDATION_FAILED", detail: "A number is out of range." },
  "22007": { code: "VALIDATION_FAILED", detail: "A date or time is malformed." },
  "22008": { code: "VALIDATION_FAILED", detail: "A date or time is out of range." },
  "22021": { code: "VALIDATION_FAILED", detail: "A text holds a character that cannot be stored." },
  "22P02": { code: "VALIDATION_FAILED", detail: "A value is malformed." },
  "22P05": { code: "VALIDATION_FAILED", detail: "A text holds a character that cannot be stored." },
  "23502": { code: "VALIDATION_FAILED", detail: "A required value is missing." },
  "23503": {
    code: "CONFLICT",
    detail: "Something that this refers to, or that refers to this, stands in the way.",
  },
  "23505": { code: "CONFLICT", detail: "Something with the same unique value exists already." },
  "23514": { code: "VALIDATION_FAILED" },
  "23P01": { code: "CONFLICT", detail: "It overlaps with something that exists already." },
  "40001": busy,
  "40P01": busy,
  "42501": { code: "FORBIDDEN" },
  "53000": busy,
  "53200": busy,
  "53300": busy,
  "55P03": busy,
  "57014": { code: "TIMEOUT" },
  "57P01": unavailable,
  "57P02": unavailable,
  "57P03": unavailable,
};

/** "display_name_is_short" -> "Display name is short.": our checks are named as sentences. */
function toSentence(constraint: string): string {
  const words = constraint.replaceAll("_", " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Our own errors: PTxyz, the code as message, and a detail that our SQL wrote. */
function toOwnFailure(code: ErrorCode, detail: string | undefined): Failure {
  const value = detail ? parseJson(detail) : null;
  if (code === "LAST_OWNER" && Array.isArray(value)) {
    return { code, tenants: value.filter((name) => typeof name === "string") };
  }
  if (code === "OPERATION_IN_PROGRESS" && typeof value === "object" && value !== null) {
    return { code, holder: { ...value }, retryAfterSeconds: 5 };
  }
  return detail && value === null ? { code, detail } : { code };
}

/**
 * What a database error means to the caller, or null when it means a bug of ours. Never carries a value of a row or of
 * the request: the only text taken over is that of our own PTxyz errors and the names of our check constraints.
 */
export function toFailure(error: PgError): Failure | null {
  if (error.code.startsWith("PT")) {
    return isErrorCode(error.message) ? toOwnFailure(error.message, error.detail) : null;
  }
  const meaning = error.code.startsWith("08") ? unavailable : meanings[error.code];
  if (meaning === undefined) return null;
  if (error.code === "23514" && error.constraint) return { ...meaning, detail: toSentence(error.constraint) };
  return meaning;
}
