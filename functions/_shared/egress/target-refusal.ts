import { fail } from "../errors/result.ts";

const sentences = {
  malformed: "The target is not an address of the expected form.",
  scheme: "The target's scheme is not allowed.",
  credentials: "The target's address must not hold credentials.",
  port: "The target's port is not allowed.",
  "own-host": "The target belongs to this service.",
  "local-name": "The target's name is not a public one.",
  "not-listed": "The target's host is not on the list of allowed hosts.",
  address: "The target's address is not a public one.",
  downgrade: "The target redirects to an unencrypted address.",
} as const;

export type TargetRefusal = keyof typeof sentences;

/** TARGET_REFUSED with the reason, as a word and a fixed sentence; what was refused is not repeated. */
export function refuseTarget(reason: TargetRefusal): ReturnType<typeof fail> {
  return fail("TARGET_REFUSED", {
    detail: sentences[reason],
    errors: [{ path: "target", code: reason, message: sentences[reason] }],
  });
}
