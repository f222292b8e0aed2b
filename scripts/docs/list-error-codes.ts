import type { ErrorCode } from "../../functions/_shared/errors/codes.ts";
import type { SystemRoute } from "../../functions/_shared/http/define-route.ts";
import { findTenantSource } from "../../functions/_shared/http/resolve-tenant.ts";
import type { RouteEntry } from "../../functions/_shared/http/route-table.ts";

const always: readonly ErrorCode[] = ["VALIDATION_FAILED", "INTERNAL", "TIMEOUT"];
const ofPeople: readonly ErrorCode[] = [
  "TOKEN_MISSING",
  "TOKEN_INVALID",
  "TOKEN_EXPIRED",
  "CREDENTIAL_INVALID",
  "TENANT_HEADER_INVALID",
  "KEYS_UNAVAILABLE",
  "BUSY",
  "DATABASE_UNAVAILABLE",
];
const ofScheduler: readonly ErrorCode[] = ["TOKEN_MISSING", "TOKEN_INVALID", "CREDENTIAL_INVALID"];
const ofRepetitions: readonly ErrorCode[] = [
  "IDEMPOTENCY_KEY_REUSED",
  "REQUEST_IN_FLIGHT",
  "NOT_FOUND",
  "FORBIDDEN",
];
const ofBodies: readonly ErrorCode[] = ["BODY_NOT_JSON", "BODY_TOO_LARGE", "BODY_TYPE_UNSUPPORTED"];

/** All codes that a route can answer: its own, and those that come with how it is called. */
export function listErrorCodes(entry: RouteEntry, route: SystemRoute): readonly ErrorCode[] {
  const codes = new Set<ErrorCode>([...route.errors, ...always]);
  const add = (more: readonly ErrorCode[]): void => {
    for (const code of more) codes.add(code);
  };
  if (entry.auth === "user") add(ofPeople);
  if (entry.auth === "scheduler") add(ofScheduler);
  if (entry.path.includes(":")) add(["PATH_INVALID"]);
  if (entry.method !== "GET") add(ofBodies);
  if (entry.method !== "GET" && entry.auth === "user") add(["OUTCOME_UNKNOWN", "CONFLICT"]);
  if (route.idempotency !== undefined) add(ofRepetitions);
  const source = findTenantSource(entry);
  if (source === "path") add(["TENANT_MISMATCH"]);
  if (source === "header" && entry.auth === "user" && entry.method !== "GET") add(["TENANT_REQUIRED"]);
  return [...codes];
}
