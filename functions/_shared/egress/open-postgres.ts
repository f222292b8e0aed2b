import type { Client, ClientConfig } from "pg";
import { Secret } from "../crypto/secret.ts";
import { PostgresFault, type PostgresPin, type PostgresSession } from "./postgres-port.ts";

export interface OpenPostgresLimits {
  readonly connectTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
  readonly lockTimeoutMs?: number;
  /** The server ends a session that says nothing for so long: a frozen client must not hold a lock for ever. */
  readonly idleTimeoutMs?: number;
}

const closeTimeoutMs = 1_000;
const sqlStateShape = /^[0-9A-Z]{5}$/;

/** Shutting down, starting up, ended for idleness: the server is not there for us, whatever it calls it. */
const unreachableStates = ["57P01", "57P02", "57P03", "57P05", "25P03"];

function isUnreachableState(sqlState: string): boolean {
  return sqlState.startsWith("08") || unreachableStates.includes(sqlState);
}

function toFault(error: unknown): PostgresFault {
  const { code, message, severity } = error as { code?: unknown; message?: unknown; severity?: unknown };
  // Only the server's own errors carry a severity; EPIPE and its like have the shape of a SQLSTATE too.
  if (typeof severity === "string" && typeof code === "string" && sqlStateShape.test(code)) {
    if (code === "57014") return new PostgresFault("timeout", code);
    return new PostgresFault(isUnreachableState(code) ? "unreachable" : "refused", code);
  }
  const isTimeout = typeof message === "string" && message.includes("Query read timeout");
  return new PostgresFault(isTimeout ? "timeout" : "unreachable");
}

/** The URL without its `options`: the driver would take them in place of ours. */
function toLogin(url: Secret): ClientConfig {
  const parsed = URL.parse(url.reveal());
  const options = parsed?.searchParams.get("options");
  if (!parsed || !options) return { connectionString: url.reveal() };
  parsed.searchParams.delete("options");
  return { connectionString: parsed.href, options };
}

/** Every way to reach the server, in order. A pin names all parts, so that nothing is left for the driver to look up. */
function toLogins(target: Secret | PostgresPin): readonly ClientConfig[] {
  if (target instanceof Secret) return [toLogin(target)];
  const { addresses, port, user, password, database, tls } = target;
  return addresses.map((host) => ({ host, port, user, password: password.reveal(), database, ssl: tls }));
}

/**
 * Sent with the login, so they hold from the first statement on. A name without a schema means pg_catalog and nothing
 * else: whoever may make functions and operators at the server could have ours run them. Where a URL asks for options
 * of its own, ours come later and win.
 */
function toOptions(asked: string | undefined, idleTimeoutMs: number): string {
  const settings = [
    "search_path=pg_catalog",
    `idle_session_timeout=${idleTimeoutMs}`,
    `idle_in_transaction_session_timeout=${idleTimeoutMs}`,
  ];
  return [...(asked ? [asked] : []), ...settings.map((setting) => `-c ${setting}`)].join(" ");
}

async function connect(login: ClientConfig, limits: OpenPostgresLimits): Promise<Client> {
  const { default: pg } = await import("pg");
  const statementTimeoutMs = limits.statementTimeoutMs ?? 60_000;
  const client = new pg.Client({
    ...login,
    application_name: "gantry",
    connectionTimeoutMillis: limits.connectTimeoutMs ?? 5_000,
    statement_timeout: statementTimeoutMs,
    lock_timeout: limits.lockTimeoutMs ?? 10_000,
    // On our side too, and later: for a server that has stopped answering at all.
    query_timeout: statementTimeoutMs + 5_000,
    keepAlive: true,
    options: toOptions(login.options, limits.idleTimeoutMs ?? 60_000),
  });
  // A connection that breaks between two statements is told by the next statement.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

async function end(client: Client): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, closeTimeoutMs);
  });
  // A connection that is broken already is as closed as it can be.
  const ended = client.end().catch(() => undefined);
  await Promise.race([ended, tooLong]);
  clearTimeout(timer);
}

/** The first address that can be reached; a server that said no is asked no further. */
async function connectToFirst(target: Secret | PostgresPin, limits: OpenPostgresLimits): Promise<Client> {
  let fault = new PostgresFault("unreachable");
  for (const login of toLogins(target)) {
    try {
      return await connect(login, limits);
    } catch (error) {
      fault = toFault(error);
      if (fault.kind === "refused") break;
    }
  }
  throw fault;
}

/**
 * Opens a TCP connection to a Postgres server that is not Gantry's own: by URL where the operator registered the server
 * (TLS as the URL's `sslmode` says), by a pin from `pinPostgres` where a tenant named it. Names without a schema mean
 * pg_catalog in it. The only place besides `_shared/db` that knows the driver.
 */
export async function openPostgres(
  target: Secret | PostgresPin,
  limits: OpenPostgresLimits = {},
): Promise<PostgresSession> {
  const client = await connectToFirst(target, limits);
  return {
    async query<Row>(text: string, params?: readonly unknown[]): Promise<Row[]> {
      try {
        const result = await client.query(text, params === undefined ? undefined : [...params]);
        return result.rows as Row[];
      } catch (error) {
        throw toFault(error);
      }
    },
    close: () => end(client),
  };
}
