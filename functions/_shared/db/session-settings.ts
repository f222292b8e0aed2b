import type { Caller, WorkerScope } from "../auth/caller.ts";

/** Everything that a transaction runs under. All of it is set by each transaction, so nothing of another one remains. */
export interface SessionSettings {
  readonly role: "authenticated" | "gantry_worker";
  /** JSON, or empty for scheduled work. */
  readonly claims: string;
  readonly tenantId: string | null;
  readonly requestId: string;
  readonly clientAddress: string | null;
  readonly userAgent: string | null;
  readonly actorId: string | null;
}

const uuidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const unstorable = /\\u0000|\\ud[89a-f]/i;

/** jsonb takes neither U+0000 nor half a surrogate pair; a claim that holds one must not fail every request. */
function toStorable(_key: string, value: unknown): unknown {
  return typeof value === "string" ? value.replaceAll("\u0000", "").toWellFormed() : value;
}

/** What people write about themselves (`user_metadata`) decides nothing, so it is not sent along. */
function toClaimsJson(claims: Readonly<Record<string, unknown>>): string {
  const { user_metadata: _, ...rest } = claims;
  const json = JSON.stringify(rest);
  return unstorable.test(json) ? JSON.stringify(rest, toStorable) : json;
}

export function toCallerSettings(caller: Caller): SessionSettings {
  return {
    role: "authenticated",
    claims: toClaimsJson(caller.claims),
    tenantId: caller.tenantId,
    requestId: caller.requestId,
    clientAddress: caller.clientAddress,
    userAgent: caller.userAgent,
    actorId: null,
  };
}

export function toWorkerSettings(scope: WorkerScope): SessionSettings {
  return {
    role: "gantry_worker",
    claims: "",
    tenantId: scope.tenantId,
    requestId: scope.requestId,
    clientAddress: null,
    userAgent: null,
    actorId: scope.actorId,
  };
}

/**
 * One simple query, so one round trip, that opens the transaction and puts every setting in place until its end.
 * Values are quoted by the driver's own function; the tenant has been a uuid since the request came in, and is checked
 * once more because everything depends on it.
 */
export function toBeginStatement(
  settings: SessionSettings,
  options: { readonly statementTimeoutMs: number; readonly readOnly: boolean },
  quote: (text: string) => string,
): string {
  if (settings.tenantId !== null && !uuidShape.test(settings.tenantId)) {
    throw new Error("the tenant of a transaction is not a uuid");
  }
  const headers = settings.tenantId === null ? "{}" : JSON.stringify({ "x-tenant-id": settings.tenantId });
  const values: readonly (readonly [string, string])[] = [
    ["role", settings.role],
    ["request.jwt.claims", settings.claims],
    ["request.headers", headers],
    ["gantry.request_id", settings.requestId],
    ["gantry.client_address", settings.clientAddress ?? ""],
    ["gantry.user_agent", settings.userAgent ?? ""],
    ["gantry.actor_id", settings.actorId ?? ""],
    ["gantry.key_id", ""],
    ["gantry.key_tenant", ""],
    ["statement_timeout", String(options.statementTimeoutMs)],
    ["idle_in_transaction_session_timeout", "60000"],
    ["TimeZone", "UTC"],
  ];
  const list = values.map(([name, value]) => `set_config('${name}', ${quote(value)}, true)`).join(", ");
  return `begin ${options.readOnly ? "read only" : "read write"}; select ${list}`;
}
