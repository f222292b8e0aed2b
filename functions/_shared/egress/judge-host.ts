import { ok, type Result } from "../errors/result.ts";
import { formatAddress } from "./format-address.ts";
import { parseAddress } from "./parse-address.ts";
import { refuseTarget } from "./target-refusal.ts";

/** A host in its one normal form. */
export interface Host {
  /** Lower case, punycode, no final dot; IPv6 without brackets. */
  readonly name: string;
  /** Null when `name` has to be resolved. */
  readonly bytes: Uint8Array | null;
}

/** Names that mean something inside a network only. */
const localSuffixes = [
  "localhost",
  "local",
  "localdomain",
  "internal",
  "intranet",
  "lan",
  "corp",
  "home",
  "arpa",
];
const nameShape = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})?(\.[a-z0-9_]([a-z0-9_-]{0,62})?)+$/;

const isBelow = (name: string, parent: string): boolean => name === parent || name.endsWith(`.${parent}`);

/** The host of a parsed URL of a web scheme: there the parser has settled case, IDNA, and the short forms of IPv4. */
export function toHost(url: URL): Host {
  const name = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  const bytes = parseAddress(name);
  return { name: bytes === null ? name : formatAddress(bytes), bytes };
}

/** A host as an operator or a tenant writes it, without scheme and port. Null when it is none. */
export function parseHost(text: string): Host | null {
  if (/[/?#@\\\s]/.test(text)) return null;
  const bracketed = text.includes(":") && !text.startsWith("[") ? `[${text}]` : text;
  const url = URL.parse(`https://${bracketed}/`);
  return url === null || url.port !== "" ? null : toHost(url);
}

function isListed(host: Host, allowedHosts: readonly string[]): boolean {
  return allowedHosts.some((entry) => {
    const isWildcard = entry.startsWith("*.");
    const name = parseHost(isWildcard ? entry.slice(2) : entry)?.name;
    if (name === undefined) return false;
    return isWildcard ? host.bytes === null && host.name.endsWith(`.${name}`) : host.name === name;
  });
}

/** Whether a host is one of Gantry's own. An entry that cannot be read matches everything, so that it is noticed. */
export function isOwnHost(host: Host, ownHosts: readonly string[]): boolean {
  return ownHosts.some((entry) => {
    const own = parseHost(entry);
    return own === null || isBelow(host.name, own.name);
  });
}

/** What can be said of a host before it is resolved. */
export function judgeHost(
  host: Host,
  { allowedHosts, ownHosts }: { allowedHosts?: readonly string[]; ownHosts: readonly string[] },
): Result<Host> {
  if (isOwnHost(host, ownHosts)) return refuseTarget("own-host");
  if (host.bytes === null) {
    const isLocal = localSuffixes.some((suffix) => isBelow(host.name, suffix));
    if (isLocal || !nameShape.test(host.name)) return refuseTarget("local-name");
  }
  if (allowedHosts && !isListed(host, allowedHosts)) return refuseTarget("not-listed");
  return ok(host);
}
