import { Secret } from "../crypto/secret.ts";
import { ok, type Result } from "../errors/result.ts";
import { toTlsOptions } from "./dial.ts";
import { defaultLimits, defaultParts, type EgressParts, type EgressPolicy } from "./egress-policy.ts";
import { type Host, judgeHost, parseHost } from "./judge-host.ts";
import type { PostgresPin } from "./postgres-port.ts";
import { resolveTarget } from "./resolve-target.ts";
import { refuseTarget } from "./target-refusal.ts";

export type PostgresPolicy = Pick<EgressPolicy, "allowedHosts" | "allowedPorts" | "ownHosts" | "limits">;

interface Login {
  readonly host: Host;
  readonly port: number;
  readonly user: string;
  readonly password: Secret;
  readonly database: string;
}

/** The port of Postgres, and the one that poolers use. */
const defaultPorts: readonly number[] = [5432, 6543];
const maxLength = 2_048;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const unsafe = /[\u0000-\u0020\u007f-\u009f\\]/;
/** They say nothing about where the connection goes; ours are used instead. All others are refused: `host` is one. */
const ignoredOptions: ReadonlySet<string> = new Set([
  ...["application_name", "channel_binding", "connect_timeout", "pgbouncer"],
]);
const encryptedModes: ReadonlySet<string> = new Set(["require", "verify-ca", "verify-full"]);

function areOptionsHarmless(options: URLSearchParams): boolean {
  return [...options].every(([name, value]) =>
    name === "sslmode" ? encryptedModes.has(value) : ignoredOptions.has(name),
  );
}

/** Null when a part is not percent-encoded as it should be, or hides a control character. */
function decodeParts(parts: readonly string[]): readonly string[] | null {
  try {
    const decoded = parts.map(decodeURIComponent);
    return decoded.some((part) => part === "" || part.includes("\0")) ? null : decoded;
  } catch {
    return null;
  }
}

function parseLogin(text: string): Login | null {
  if (text.length > maxLength || unsafe.test(text)) return null;
  const url = /^postgres(ql)?:\/\//.test(text) ? URL.parse(text) : null;
  if (url === null || url.hash !== "" || !areOptionsHarmless(url.searchParams)) return null;
  const host = parseHost(url.hostname);
  const [user, password, database, ...rest] =
    decodeParts([url.username, url.password, url.pathname.slice(1)]) ?? [];
  if (host === null || !user || !password || !database || rest.length > 0) return null;
  return { host, port: Number(url.port || 5432), user, password: new Secret(password), database };
}

/**
 * A login at a Postgres server that a tenant named, with the addresses that may be dialled; `openPostgres` takes it. The
 * host is judged as one of HTTP is; TLS is always on and verifies the host's name, whatever `sslmode` says. Fails with
 * TARGET_REFUSED, UPSTREAM_UNREACHABLE or UPSTREAM_TIMEOUT. Use it soon: the addresses are those of now.
 */
export async function pinPostgres(
  policy: PostgresPolicy,
  url: Secret,
  parts: EgressParts = defaultParts,
): Promise<Result<PostgresPin>> {
  const login = parseLogin(url.reveal());
  if (login === null) return refuseTarget("malformed");
  const { host, ...rest } = login;
  if (!(policy.allowedPorts ?? defaultPorts).includes(login.port)) return refuseTarget("port");
  const judged = judgeHost(host, policy);
  if (!judged.ok) return judged;
  const { resolveMs = defaultLimits.resolveMs } = policy.limits ?? {};
  const addresses = await resolveTarget(host, policy.ownHosts, parts, resolveMs);
  if (!addresses.ok) return addresses;
  const tls = toTlsOptions({
    host: host.name,
    isAddress: host.bytes !== null,
    authorities: parts.authorities,
  });
  return ok({ ...rest, addresses: addresses.value, tls });
}
