import type { z } from "zod";
import type { FieldError } from "../errors/failure.ts";

const maxErrors = 20;

/** Keys are the sender's words: only what looks like a name is repeated, the rest becomes a question mark. */
export function toPathName(key: PropertyKey): string {
  const text = String(key);
  return /^[A-Za-z0-9_-]{1,40}$/.test(text) ? text : "?";
}

type Issue = z.core.$ZodIssue;

function toErrors(place: string, issue: Issue): FieldError[] {
  const path = [place, ...issue.path.map(toPathName)].join(".");
  if (issue.code !== "unrecognized_keys") return [{ path, code: issue.code, message: issue.message }];
  // The library's own message would list the keys as they were sent.
  return issue.keys.map((key) => ({
    path: `${path}.${toPathName(key)}`,
    code: issue.code,
    message: "Unknown field",
  }));
}

/** Names places and rules of a failed parse. The schemas' messages speak of what is expected, never of what came. */
export function toFieldErrors(place: string, error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => toErrors(place, issue)).slice(0, maxErrors);
}
