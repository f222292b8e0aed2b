import { ok, type Result } from "../errors/result.ts";
import type { EgressPolicy } from "./egress-policy.ts";
import { type Host, judgeHost, toHost } from "./judge-host.ts";
import { refuseTarget } from "./target-refusal.ts";

/** Where a request goes, judged by its text. Its addresses are judged when it is resolved. */
export interface Target {
  readonly url: URL;
  readonly host: Host;
  readonly port: number;
  readonly isSecure: boolean;
}

const maxUrlLength = 4_096;
/** The parser drops or turns these silently, so that two readers may see two different hosts. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const ambiguous = /[\u0000-\u0020\u007f-\u009f\\]/;
/** SSH, mail, Docker, and the databases and APIs of the platform itself: no policy opens them to HTTP. */
const closedPorts: ReadonlySet<number> = new Set([22, 25, 2375, 5432, 6379, 54321]);

function judgePort(port: number, { allowedPorts, allowHttp = false }: EgressPolicy): boolean {
  if (closedPorts.has(port)) return false;
  if (allowedPorts) return allowedPorts.includes(port);
  return port === 443 || port === 8443 || (allowHttp && port === 80);
}

/**
 * Scheme, port, host and form of an address against the policy; TARGET_REFUSED with a reason otherwise. `base` is where
 * a redirect came from.
 */
export function judgeTarget(text: string, policy: EgressPolicy, base?: URL): Result<Target> {
  if (text.length > maxUrlLength || ambiguous.test(text)) return refuseTarget("malformed");
  const url = URL.parse(text, base);
  if (url === null) return refuseTarget("malformed");
  const isSecure = url.protocol === "https:";
  if (!isSecure && !(policy.allowHttp === true && url.protocol === "http:")) return refuseTarget("scheme");
  if (url.username !== "" || url.password !== "") return refuseTarget("credentials");
  const port = url.port === "" ? (isSecure ? 443 : 80) : Number(url.port);
  if (!judgePort(port, policy)) return refuseTarget("port");
  const host = judgeHost(toHost(url), policy);
  if (!host.ok) return host;
  // So that Host, SNI and the certificate's name are all of one spelling.
  const hostname = host.value.name.includes(":") ? `[${host.value.name}]` : host.value.name;
  if (url.hostname !== hostname) url.hostname = hostname;
  if (url.hash !== "") url.hash = "";
  return ok({ url, host: host.value, port, isSecure });
}
