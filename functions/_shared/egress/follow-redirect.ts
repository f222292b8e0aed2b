import { fail, ok, type Result } from "../errors/result.ts";
import type { EgressPolicy } from "./egress-policy.ts";
import type { Hop } from "./egress-request.ts";
import { judgeTarget } from "./judge-target.ts";
import { refuseTarget } from "./target-refusal.ts";

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Say nothing about who asks. Everything else may be a credential, whatever its name. */
const neutralHeaders: ReadonlySet<string> = new Set(["accept", "accept-language", "user-agent"]);

/** RFC 9110 15.4 as the fetch standard settled it: 303 becomes GET, and so does a POST at 301 and 302. */
function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== "GET" && method !== "HEAD";
  return (status === 301 || status === 302) && method === "POST";
}

/**
 * The request that a redirect asks for; null when the answer is none. The new target is judged as the first one was. On
 * another origin (scheme, host or port) all headers but neutral ones stay behind for good, and a body does not go there
 * at all: it may hold a secret as well as a header does.
 */
export function followRedirect(
  hop: Hop,
  status: number,
  location: string | readonly string[] | undefined,
  policy: EgressPolicy,
): Result<Hop> | null {
  if (!redirects.has(status) || location === undefined) return null;
  if (typeof location !== "string")
    return fail("UPSTREAM_INVALID", { detail: "The target redirects twice." });
  const judged = judgeTarget(location, policy, hop.target.url);
  if (!judged.ok) return judged;
  const target = judged.value;
  if (hop.target.isSecure && !target.isSecure) return refuseTarget("downgrade");
  const isSameOrigin = target.url.origin === hop.target.url.origin;
  const isGet = becomesGet(status, hop.method);
  const body = isGet ? null : hop.body;
  if (body !== null && !isSameOrigin) {
    return fail("UPSTREAM_INVALID", { detail: "The target redirects a body to another origin." });
  }
  if (body instanceof ReadableStream) {
    return fail("UPSTREAM_INVALID", { detail: "The target redirects a body that can be sent only once." });
  }
  const headers = hop.headers.filter(
    ([name]) => (isSameOrigin || neutralHeaders.has(name)) && !(isGet && name.startsWith("content-")),
  );
  return ok({ target, method: isGet ? "GET" : hop.method, headers, body });
}
