import type { FieldError } from "../errors/failure.ts";
import { toPathName } from "./to-field-errors.ts";

/** How a U+0000 or half a surrogate pair can come in JSON text: only as an escape. */
const suspicious = /\\u(0000|d[89a-f])/i;

const isBad = (text: string): boolean => text.includes("\u0000") || !text.isWellFormed();

const toError = (path: string): FieldError => ({
  path,
  code: "invalid_character",
  message: "Holds U+0000 or half of a surrogate pair, which cannot be stored",
});

/**
 * Finds texts that Postgres cannot store, keys included, in a parsed body. Without recursion, because the nesting is
 * the sender's choice.
 */
export function findBadBodyText(json: string, parsed: unknown): FieldError[] {
  if (!suspicious.test(json)) return [];
  const errors: FieldError[] = [];
  const open: [path: string, value: unknown][] = [["body", parsed]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [path, value] = next;
    if (typeof value === "string" && isBad(value)) errors.push(toError(path));
    if (typeof value !== "object" || value === null) continue;
    for (const [key, child] of Object.entries(value)) {
      if (isBad(key)) errors.push(toError(path));
      open.push([`${path}.${toPathName(key)}`, child]);
    }
    if (errors.length >= 20) break;
  }
  return errors;
}

/** As findBadBodyText, for flat values such as query parameters. */
export function findBadText(place: string, values: Readonly<Record<string, string>>): FieldError[] {
  return Object.entries(values)
    .filter(([key, value]) => isBad(key) || isBad(value))
    .map(([key]) => toError(`${place}.${toPathName(key)}`));
}
