/** One kind of problem: its HTTP status and the fixed sentence that clients may show. */
interface CodeEntry {
  readonly status: number;
  readonly title: string;
}

/**
 * The closed registry of problem codes. Clients branch on the code; SQL raises the same codes as the message of an
 * error with SQLSTATE PT<status>. A code is never reused for another meaning.
 */
export const errorCodes = {
  BODY_NOT_JSON: { status: 400, title: "The request body is not valid JSON." },
  TENANT_REQUIRED: { status: 400, title: "The request must name a tenant in the x-tenant-id header." },
  TENANT_HEADER_INVALID: { status: 400, title: "The x-tenant-id header is not one tenant id." },
  TENANT_MISMATCH: { status: 400, title: "The x-tenant-id header names another tenant than the path." },
  COUNT_NOT_EXACT: { status: 400, title: "The Data API counts exactly or not at all." },
  PATH_INVALID: { status: 400, title: "The path of the request is malformed." },
  HEADER_INVALID: { status: 400, title: "A header of the request cannot be sent on." },
  TOKEN_MISSING: { status: 401, title: "The request carries no access token." },
  TOKEN_INVALID: { status: 401, title: "The access token is not accepted." },
  TOKEN_EXPIRED: { status: 401, title: "The access token has expired." },
  CREDENTIAL_INVALID: { status: 401, title: "The request carries a credential that is not accepted." },
  FORBIDDEN: { status: 403, title: "You lack the permission for this." },
  ROLE_ABOVE_OWN: { status: 403, title: "A role above your own cannot be managed or granted." },
  SUSPENDED_BY_PLATFORM: {
    status: 403,
    title: "The platform suspended this tenant; only the platform can resume it.",
  },
  NOT_FOUND: { status: 404, title: "There is nothing here, or you may not see it." },
  METHOD_NOT_ALLOWED: { status: 405, title: "This path does not take this method." },
  CONFLICT: { status: 409, title: "The request conflicts with what is stored." },
  TENANT_NAME_TAKEN: { status: 409, title: "A tenant with this name exists already." },
  TENANT_INACTIVE: { status: 409, title: "The tenant is inactive." },
  LAST_OWNER: { status: 409, title: "A tenant with other members needs an owner." },
  PERSONAL_TENANT: { status: 409, title: "Nobody leaves their personal tenant while their account exists." },
  DATABASE_LIVE: { status: 409, title: "A live database must be deleted by an operation first." },
  DATABASE_NAME_TAKEN: { status: 409, title: "The tenant has a database with this name already." },
  DATABASE_STATE_CONFLICT: { status: 409, title: "The database's state does not allow this." },
  JOB_STATE_CONFLICT: { status: 409, title: "The job's state does not allow this." },
  NO_TARGET_AVAILABLE: { status: 409, title: "No target has room for another database." },
  REQUEST_IN_FLIGHT: {
    status: 409,
    title: "The request with this Idempotency-Key is still being worked on.",
  },
  BODY_TOO_LARGE: { status: 413, title: "The request body is too large." },
  PATH_TOO_LONG: { status: 414, title: "The address of the request is too long." },
  BODY_TYPE_UNSUPPORTED: { status: 415, title: "The request body must be application/json." },
  VALIDATION_FAILED: { status: 422, title: "The request does not have the expected form." },
  TARGET_REFUSED: { status: 422, title: "The target is not one that this service may call." },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: "The Idempotency-Key was used for another request." },
  OPERATION_IN_PROGRESS: { status: 423, title: "Another operation of this tenant is running." },
  INTERNAL: { status: 500, title: "Something went wrong on our side." },
  UPSTREAM_INVALID: { status: 502, title: "The target's answer cannot be used." },
  UPSTREAM_TOO_LARGE: { status: 502, title: "The target's answer is too large." },
  UPSTREAM_UNREACHABLE: { status: 502, title: "The target cannot be reached." },
  OUTCOME_UNKNOWN: {
    status: 503,
    title:
      "The connection broke while the change was being saved. Look whether it took place, then try again.",
  },
  BUSY: { status: 503, title: "The service is busy. Try again." },
  DATABASE_UNAVAILABLE: { status: 503, title: "The database cannot be reached. Try again." },
  KEYS_UNAVAILABLE: {
    status: 503,
    title: "The keys that verify access tokens cannot be fetched. Try again.",
  },
  TIMEOUT: { status: 504, title: "The request took too long." },
  UPSTREAM_TIMEOUT: { status: 504, title: "The target took too long to answer." },
} as const satisfies Record<string, CodeEntry>;

export type ErrorCode = keyof typeof errorCodes;

/** Whether a text, such as the message of a SQL error, is a code of the registry. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCodes, text);
}
