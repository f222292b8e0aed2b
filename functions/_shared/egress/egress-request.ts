import { fail, ok, type Result } from "../errors/result.ts";
import { checkHeaders, type HeaderList } from "./check-headers.ts";
import type { EgressLimits, EgressPolicy } from "./egress-policy.ts";
import { judgeTarget, type Target } from "./judge-target.ts";

export type EgressMethod = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

export type EgressBody = Uint8Array | ReadableStream<Uint8Array>;

export interface EgressRequest {
  readonly url: string;
  /** Default GET. */
  readonly method?: EgressMethod;
  /** All but a few neutral ones are dropped when a redirect leaves the origin. */
  readonly headers?: HeaderList;
  /** A stream is counted while it is sent, and cannot be sent again by a redirect. */
  readonly body?: EgressBody;
  /** Ends the call, and the reading of its body, at once. */
  readonly signal?: AbortSignal;
}

/** One request to one judged target. */
export interface Hop {
  readonly target: Target;
  readonly method: EgressMethod;
  readonly headers: HeaderList;
  readonly body: EgressBody | null;
}

const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
const bodiless: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/** Judges a request as it came. METHOD_NOT_ALLOWED, HEADER_INVALID, BODY_TOO_LARGE or TARGET_REFUSED. */
export function toFirstHop(request: EgressRequest, policy: EgressPolicy, limits: EgressLimits): Result<Hop> {
  const { url, method = "GET", headers = [], body = null } = request;
  if (!methods.has(method) || (body !== null && bodiless.has(method))) return fail("METHOD_NOT_ALLOWED");
  const checked = checkHeaders(headers);
  if (!checked.ok) return checked;
  if (body instanceof Uint8Array && body.length > limits.requestBytes) return fail("BODY_TOO_LARGE");
  const target = judgeTarget(url, policy);
  return target.ok ? ok({ target: target.value, method, headers: checked.value, body }) : target;
}
