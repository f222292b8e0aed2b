import { ok, type Result } from "../errors/result.ts";
import type { Reply } from "./define-route.ts";

/** Answers a value as the body, a failure as it is. */
export function toReply<T>(
  result: Result<T>,
  status: number,
  toHeaders?: (value: T) => Readonly<Record<string, string>>,
): Result<Reply> {
  if (!result.ok) return result;
  const { value } = result;
  return ok(
    toHeaders === undefined ? { status, body: value } : { status, body: value, headers: toHeaders(value) },
  );
}

/** Answers 204. */
export function toEmptyReply(result: Result<unknown>): Result<Reply> {
  return result.ok ? ok({ status: 204 }) : result;
}
