import { fail, ok, type Result } from "../errors/result.ts";
import { boundBody } from "./bound-body.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { decodeBody } from "./decode-body.ts";
import { EgressFault, toEgressFault, toFailedResult } from "./egress-fault.ts";
import {
  defaultLimits,
  defaultParts,
  type EgressLimits,
  type EgressParts,
  type EgressPolicy,
} from "./egress-policy.ts";
import { type EgressRequest, type Hop, toFirstHop } from "./egress-request.ts";
import { followRedirect } from "./follow-redirect.ts";
import { resolveTarget } from "./resolve-target.ts";
import { type HopAnswer, sendHop } from "./send-hop.ts";

export interface EgressResponse {
  readonly status: number;
  /** Without those about the connection, the framing and the content coding, which end here. */
  readonly headers: Headers;
  /** Decoded. Errors with an EgressFault when a limit cuts it. Read it or cancel it: it holds a connection. */
  readonly body: ReadableStream<Uint8Array> | null;
  /** Where the answer came from, after redirects. */
  readonly url: string;
}

/** What a call needs at each of its hops. */
interface Call {
  readonly policy: EgressPolicy;
  readonly limits: EgressLimits;
  readonly parts: EgressParts;
  readonly deadline: Deadline;
}

const ownHeaders: ReadonlySet<string> = new Set([
  ...["connection", "keep-alive", "proxy-authenticate", "proxy-connection", "te", "trailer", "upgrade"],
  ...["transfer-encoding", "content-length", "content-encoding"],
]);

function toHeaders(raw: HopAnswer["headers"]): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) {
    if (value === undefined || ownHeaders.has(name)) continue;
    try {
      for (const one of [value].flat()) headers.append(name, one);
    } catch {
      throw new EgressFault("UPSTREAM_INVALID", "The target's answer has a malformed header.");
    }
  }
  return headers;
}

function toResponse({ target, method }: Hop, answer: HopAnswer, { limits, deadline }: Call): EgressResponse {
  const { status } = answer;
  const end = (): void => {
    deadline.end();
    answer.close();
  };
  const head = { status, headers: toHeaders(answer.headers), url: target.url.href };
  if (method === "HEAD" || status === 204 || status === 304) {
    end();
    return { ...head, body: null };
  }
  if (Number(answer.headers["content-length"] ?? 0) > limits.responseBytes) {
    throw new EgressFault("UPSTREAM_TOO_LARGE", "The target's answer is too large.");
  }
  const coding = [answer.headers["content-encoding"]].flat().join(",");
  const decoded = decodeBody(answer.body, coding, limits.responseBytes);
  return { ...head, body: boundBody(decoded, limits.responseBytes, deadline.signal, end) };
}

/** One hop, from resolving to headers. */
async function askTarget(hop: Hop, { policy, limits, parts, deadline }: Call): Promise<Result<HopAnswer>> {
  const stopWaiting = deadline.awaitFirstByte(limits.firstByteMs);
  try {
    const addresses = await resolveTarget(hop.target.host, policy.ownHosts, parts, limits.resolveMs);
    if (!addresses.ok) return addresses;
    deadline.signal.throwIfAborted();
    return ok(await sendHop(hop, addresses.value, limits, parts, deadline));
  } catch (error) {
    return toFailedResult(toEgressFault(error, deadline.signal.reason));
  } finally {
    stopWaiting();
  }
}

async function followToEnd(first: Hop, call: Call): Promise<Result<EgressResponse>> {
  let hop = first;
  for (let redirectCount = 0; ; redirectCount += 1) {
    const answer = await askTarget(hop, call);
    if (!answer.ok) return answer;
    const { status, headers, close } = answer.value;
    try {
      const next = followRedirect(hop, status, headers.location, call.policy);
      if (next === null) return ok(toResponse(hop, answer.value, call));
      close();
      if (!next.ok) return next;
      hop = next.value;
    } catch (error) {
      close();
      return toFailedResult(toEgressFault(error, call.deadline.signal.reason));
    }
    if (redirectCount >= call.limits.maxRedirects) {
      return fail("UPSTREAM_INVALID", { detail: "The target redirects too often." });
    }
  }
}

/**
 * Calls an address that a tenant named. The address is judged as text, resolved once, judged as bytes, and the judged
 * bytes are what is dialled; TLS still verifies the name. Redirects (3) are judged alike, and all limits hold for the
 * call as a whole. Fails with TARGET_REFUSED, HEADER_INVALID, METHOD_NOT_ALLOWED, BODY_TOO_LARGE, UPSTREAM_UNREACHABLE,
 * UPSTREAM_TIMEOUT, UPSTREAM_INVALID, UPSTREAM_TOO_LARGE, or TIMEOUT when the caller gave up. Never throws for what a
 * target does. `parts` are for the operator and for tests.
 */
export async function sendRequest(
  policy: EgressPolicy,
  request: EgressRequest,
  parts: EgressParts = defaultParts,
): Promise<Result<EgressResponse>> {
  const limits = { ...defaultLimits, ...policy.limits };
  const first = toFirstHop(request, policy, limits);
  if (!first.ok) return first;
  const deadline = startDeadline(limits.totalMs, request.signal);
  const result = await followToEnd(first.value, { policy, limits, parts, deadline });
  if (!result.ok) deadline.end();
  return result;
}
