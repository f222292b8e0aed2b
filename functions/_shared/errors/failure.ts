import type { ErrorCode } from "./codes.ts";

/** What is wrong with one part of a request. Names the place and the rule, never the value. */
export interface FieldError {
  /** Such as `body.displayName`, `query.limit`, `params.tenantId`. */
  readonly path: string;
  /** The rule that was broken, such as `too_big` or `unrecognized_key`. */
  readonly code: string;
  readonly message: string;
}

/** An expected way in which work does not succeed. Becomes one problem+json document. */
export interface Failure {
  readonly code: ErrorCode;
  /** A sentence about this occurrence; must be safe to show to the caller. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  /** With OPERATION_IN_PROGRESS: the operation that runs, {operationId, kind, startedAt}. */
  readonly holder?: Record<string, unknown>;
  /** With LAST_OWNER: names of the tenants that would be left without an owner. */
  readonly tenants?: readonly string[];
}
