import type { PgError } from "../errors/from-sqlstate.ts";

/**
 * A database error that means a bug of ours. Keeps the SQLSTATE and names of objects; the server's own text may hold
 * values of rows and is dropped.
 */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  readonly sqlState: string;
  readonly constraint: string | null;

  constructor(error: PgError) {
    super(`unexpected SQLSTATE ${error.code}`);
    this.sqlState = error.code;
    this.constraint = error.constraint ?? null;
  }
}

/** Whether this came from the server: only its errors carry a severity beside the SQLSTATE. */
export function isServerError(error: unknown): error is PgError {
  if (typeof error !== "object" || error === null) return false;
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  return typeof severity === "string" && typeof code === "string";
}

const brokenConnection =
  /Connection terminated|connection timeout|timeout exceeded|Query read timeout|not queryable|connection error/i;

/** Whether the connection is what failed: refused, reset, silent, or ended by the server. */
export function isConnectionFault(error: unknown): boolean {
  if (isServerError(error)) return error.code.startsWith("08") || /^57P0[123]$/.test(error.code);
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  // ECONNREFUSED, ECONNRESET, EPIPE, ENOTFOUND ... of the operating system; several addresses give an AggregateError.
  if (typeof code === "string" && /^E[A-Z_]+$/.test(code)) return true;
  return brokenConnection.test(error.message);
}
