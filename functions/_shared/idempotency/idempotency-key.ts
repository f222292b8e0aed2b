import { fail, ok, type Result } from "../errors/result.ts";

/** 1 to 255 printable ASCII characters; the database has the same check. */
const shape = /^[ -~]{1,255}$/;

/** Checks the header Idempotency-Key. VALIDATION_FAILED when it is not of the right form. */
export function parseIdempotencyKey(header: string): Result<string> {
  if (shape.test(header)) return ok(header);
  const message = "Must be 1 to 255 printable ASCII characters";
  return fail("VALIDATION_FAILED", {
    errors: [{ path: "headers.idempotency-key", code: "invalid_format", message }],
  });
}
