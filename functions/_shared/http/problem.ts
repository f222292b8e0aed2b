import { type ErrorCode, errorCodes } from "../errors/codes.ts";
import type { Failure } from "../errors/failure.ts";
import type { Answer } from "./answer.ts";

function toHeaders({ code, retryAfterSeconds }: Failure, status: number): Record<string, string> {
  const headers: Record<string, string> = { "content-type": "application/problem+json; charset=utf-8" };
  if (retryAfterSeconds !== undefined) headers["retry-after"] = String(retryAfterSeconds);
  // RFC 6750 section 3: an error attribute only when a credential was there.
  if (status === 401) {
    headers["www-authenticate"] = code === "TOKEN_MISSING" ? "Bearer" : 'Bearer error="invalid_token"';
  }
  return headers;
}

const types = new Map<ErrorCode, string>();

/** `TENANT_NAME_TAKEN` -> `urn:gantry:problem:tenant-name-taken`, made once for each code. */
function toType(code: ErrorCode): string {
  let type = types.get(code);
  if (type === undefined) {
    type = `urn:gantry:problem:${code.toLowerCase().replaceAll("_", "-")}`;
    types.set(code, type);
  }
  return type;
}

/**
 * The one mapper from a Failure to HTTP: application/problem+json of RFC 9457 with our members code, requestId and,
 * where they apply, errors, holder and tenants.
 */
export function toProblem(failure: Failure, requestId: string, headers: Record<string, string> = {}): Answer {
  const { code, detail, errors, holder, tenants } = failure;
  const { status, title } = errorCodes[code];
  const problem = {
    type: toType(code),
    title,
    status,
    detail,
    code,
    requestId,
    errors,
    holder,
    tenants,
  };
  return {
    status,
    body: JSON.stringify(problem),
    headers: { ...toHeaders(failure, status), ...headers },
    code,
  };
}
