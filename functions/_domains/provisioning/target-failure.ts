import { PostgresFault } from "../../_shared/egress/postgres-port.ts";

/** How an operation at a target can go wrong. The codes are what clients see in `provisioning_operations.error_code`. */
export const targetCodes = {
  TARGET_UNREACHABLE: { isRetryable: true, message: "The target does not answer." },
  TARGET_TIMEOUT: { isRetryable: true, message: "The target took too long." },
  TARGET_BUSY: { isRetryable: true, message: "The target has no room for this right now." },
  TARGET_ROLE_IN_USE: {
    isRetryable: true,
    message: "Something in another database of the target still depends on the role.",
  },
  TARGET_REFUSED: { isRetryable: false, message: "The target refuses Gantry's login or its rights." },
  TARGET_FAULT: { isRetryable: true, message: "The target could not do what was asked." },
  TARGET_NAME_CONFLICT: {
    isRetryable: false,
    message: "Something that Gantry does not own has the name already; a person must look.",
  },
  TARGET_NOT_LOCKED_DOWN: {
    isRetryable: false,
    message: "The target did not take a right away although it was told to.",
  },
  TARGET_OBJECT_MISSING: { isRetryable: false, message: "The database or its role is not at the target." },
  TARGET_UNSUPPORTED: {
    isRetryable: false,
    message:
      "The target needs Postgres 16 or later, max_prepared_transactions = 0, and an admin who may create databases and roles.",
  },
  TARGET_URL_INVALID: {
    isRetryable: false,
    message: "The admin URL must be postgresql://user:password@host:port/database.",
  },
  SAME_CLUSTER: { isRetryable: false, message: "The target is the cluster that holds Gantry itself." },
} as const;

export type TargetCode = keyof typeof targetCodes;

/** Thrown by the steps at a target, caught once, in run-steps. Holds fixed words only: nothing that the server said. */
export class TargetFailure extends Error {
  readonly code: TargetCode;
  readonly isRetryable: boolean;

  constructor(code: TargetCode, sqlState: string | null = null) {
    const { message, isRetryable } = targetCodes[code];
    super(sqlState === null ? message : `${message} (SQLSTATE ${sqlState})`);
    this.name = "TargetFailure";
    this.code = code;
    this.isRetryable = isRetryable;
  }
}

function toCode(fault: PostgresFault): TargetCode {
  if (fault.kind === "unreachable") return "TARGET_UNREACHABLE";
  if (fault.kind === "timeout") return "TARGET_TIMEOUT";
  const sqlState = fault.sqlState ?? "";
  // 28: authorization; 42501: rights; 3D000: the admin URL names no database.
  if (sqlState.startsWith("28") || sqlState === "42501" || sqlState === "3D000") return "TARGET_REFUSED";
  // 53: resources, too many connections among them; 55: locked or in use; 40: serialisation, deadlock.
  if (/^(53|55|40)/.test(sqlState)) return "TARGET_BUSY";
  return "TARGET_FAULT";
}

/** Reads any error of a step; a bug stays what it was. */
export function toTargetFailure(error: unknown): TargetFailure | null {
  if (error instanceof TargetFailure) return error;
  if (error instanceof PostgresFault) return new TargetFailure(toCode(error), error.sqlState);
  return null;
}
