import pg from "pg";
import { StackError } from "../../dev/process/stack-error.ts";

const localHosts = new Set(["127.0.0.1", "localhost", "[::1]"]);
const connectTimeoutMs = 15_000;

/** Whether the database is on this machine, where it speaks no TLS. */
export function isLocalDatabase(databaseUrl: string): boolean {
  return localHosts.has(new URL(databaseUrl).hostname);
}

/** What libpq and the CLI mean by these: TLS with whoever answers. The driver would check the certificate. */
const uncheckedModes = new Set(["", "allow", "prefer", "require"]);

/**
 * The URL with TLS for everything that is not on this machine. The platform signs with an authority of its own, so its
 * certificate is checked only where the URL asks for it: `?sslmode=verify-full&sslrootcert=...`. A plain connection to
 * another machine has to be asked for as well: `?sslmode=disable`.
 */
export function withTls(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  if (!isLocalDatabase(databaseUrl) && uncheckedModes.has(url.searchParams.get("sslmode") ?? "")) {
    url.searchParams.set("sslmode", "no-verify");
  }
  return url.href;
}

/** Throws a StackError for what is no URL of a database, without showing it. */
export function toClientConfig(databaseUrl: string): pg.ClientConfig {
  const url = URL.parse(databaseUrl);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new StackError("the database URL is not a postgresql:// URL");
  }
  return { connectionString: withTls(databaseUrl), connectionTimeoutMillis: connectTimeoutMs };
}

function toFault(error: unknown): StackError {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return new StackError(`cannot connect to the database: ${String(message ?? code ?? "no answer")}`);
}

/** Runs `work` with one connection as the owner of Gantry's database. A refused one is a StackError without the URL. */
export async function withOwner<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...toClientConfig(databaseUrl), application_name: "gantry-deploy" });
  // A connection that breaks between two statements is told by the next one.
  client.on("error", () => undefined);
  await client.connect().catch((error: unknown) => {
    throw toFault(error);
  });
  try {
    // Names print and resolve the same way whatever the role's own search path is.
    await client.query("set search_path = pg_catalog");
    return await work(client);
  } finally {
    await client.end();
  }
}
