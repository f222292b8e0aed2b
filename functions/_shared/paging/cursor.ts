import { fromBase64Url, toBase64Url } from "../crypto/base64url.ts";
import { fail, ok, type Result } from "../errors/result.ts";

/** Rows per page when the caller names no number. */
export const defaultLimit = 50;
export const maxLimit = 200;

export interface PageRequest {
  readonly limit: number;
  /** From the `nextCursor` of the page before; null for the first page. */
  readonly cursor: string | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

const invalid = fail("VALIDATION_FAILED", {
  errors: [{ path: "query.cursor", code: "invalid_format", message: "Is not a cursor of this list" }],
});

/** Writes the sort key of a row as a text that callers pass back and need not understand. */
function toCursor(key: readonly string[]): string {
  return toBase64Url(new TextEncoder().encode(JSON.stringify(key)));
}

/** Reads a cursor; each part must fit its shape, because it goes into a comparison. Null for the first page. */
export function parseCursor(
  cursor: string | null,
  shapes: readonly RegExp[],
): Result<readonly string[] | null> {
  if (cursor === null) return ok(null);
  let key: unknown;
  try {
    key = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(fromBase64Url(cursor)));
  } catch {
    return invalid;
  }
  if (!Array.isArray(key) || key.length !== shapes.length) return invalid;
  const parts: unknown[] = key;
  const fits = parts.every((part, index) => typeof part === "string" && shapes[index]?.test(part) === true);
  return fits ? ok(parts as string[]) : invalid;
}

/** Makes a page of `limit + 1` selected rows; the row too many only says that there is a next page. */
export function toPage<Row, T>(
  rows: readonly Row[],
  limit: number,
  toKey: (row: Row) => readonly string[],
  toItem: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { items: shown.map(toItem), nextCursor: hasMore ? toCursor(toKey(last)) : null };
}
