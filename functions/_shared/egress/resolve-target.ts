import { fail, ok, type Result } from "../errors/result.ts";
import type { EgressParts } from "./egress-policy.ts";
import { formatAddress } from "./format-address.ts";
import { type Host, isOwnHost } from "./judge-host.ts";
import { parseAddress } from "./parse-address.ts";
import { refuseTarget } from "./target-refusal.ts";

/** How many of a name's addresses are tried. All of them are judged. */
const maxTries = 3;

type Answer = readonly string[] | "late" | "unknown";

async function ask(host: string, { resolve }: EgressParts, timeoutMs: number): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((done) => {
    timer = setTimeout(() => done("late"), timeoutMs);
  });
  // With the final dot no search domain of the operator's network is tried.
  const answer = resolve(`${host}.`).catch((): Answer => "unknown");
  const first = await Promise.race([answer, late]);
  clearTimeout(timer);
  return first;
}

/** IPv4 first: not every place that functions run at has IPv6. */
function toDialOrder(addresses: readonly Uint8Array[]): readonly string[] {
  const texts = [...new Set(addresses.map(formatAddress))];
  return texts.sort((a, b) => Number(a.includes(":")) - Number(b.includes(":"))).slice(0, maxTries);
}

/**
 * The addresses to dial, in order, after all addresses of the name were judged: one that is not public refuses the
 * name. Resolves once; whoever dials these never asks a resolver again, so a name that changes its mind gains nothing.
 */
export async function resolveTarget(
  host: Host,
  ownHosts: readonly string[],
  parts: EgressParts,
  timeoutMs: number,
): Promise<Result<readonly string[]>> {
  const answer = host.bytes === null ? await ask(host.name, parts, timeoutMs) : [host.name];
  if (answer === "late")
    return fail("UPSTREAM_TIMEOUT", { detail: "The target's name was not resolved in time." });
  if (answer === "unknown" || answer.length === 0) {
    return fail("UPSTREAM_UNREACHABLE", { detail: "The target's name does not resolve." });
  }
  const addresses: Uint8Array[] = [];
  for (const text of answer) {
    const bytes = parseAddress(text);
    if (bytes === null || !parts.judge(bytes).isAllowed) return refuseTarget("address");
    if (isOwnHost({ name: formatAddress(bytes), bytes }, ownHosts)) return refuseTarget("own-host");
    addresses.push(bytes);
  }
  return ok(toDialOrder(addresses));
}
