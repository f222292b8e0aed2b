import type { ErrorCode } from "./codes.ts";
import type { Failure } from "./failure.ts";

/** What work below HTTP returns: a value, or the expected way in which it failed. Bugs are thrown. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Failure };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(code: ErrorCode, rest: Omit<Failure, "code"> = {}): { ok: false; error: Failure } {
  return { ok: false, error: { code, ...rest } };
}
