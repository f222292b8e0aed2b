import { join, resolve } from "node:path";
import pg from "pg";
import { endProcess } from "../process/end-process.ts";
import { claimCluster, leaveCluster } from "./claim-cluster.ts";
import { findBinaries } from "./find-binaries.ts";
import { initialiseCluster } from "./initialise-cluster.ts";
import { launchServer, type ServerProcess } from "./launch-server.ts";
import { placeCluster } from "./place-cluster.ts";
import { openRolePasswords, type RolePasswords } from "./role-passwords.ts";
import { findServerUser } from "./server-user.ts";

export interface StartPostgresOptions {
  /** Holds `data/` (see placeCluster for an exception), `roles.json` (passwords, 0600) and `postgres.log`. Made if missing. */
  readonly dataDir: string;
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Server settings on top of the local defaults. */
  readonly settings?: Readonly<Record<string, string>>;
  /** False for clusters whose data may be lost, tests above all. Default true. */
  readonly fsync?: boolean;
}

export interface PostgresServer {
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly pid: number;
  /** `dataDir` in full. */
  readonly folder: string;
  /** A connection URL. Throws for a role whose password was never set here. */
  urlFor(role: string, database: string): string;
  hasPassword(role: string): boolean;
  /** Sets the password in the cluster and remembers it for urlFor. */
  setPassword(role: string, password: string): Promise<void>;
  /** Called once when the server process ends without stop() having been called. */
  onCrash(listener: (reason: string) => void): void;
  stop(options?: { immediate?: boolean }): Promise<void>;
}

const localDefaults: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "100",
  shared_buffers: "128MB",
  wal_level: "logical",
  jit: "off",
  password_encryption: "scram-sha-256",
  timezone: "UTC",
  log_timezone: "UTC",
  shared_preload_libraries: "pg_stat_statements",
};

const unsafeButFast: Readonly<Record<string, string>> = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
};

async function setRolePassword(
  adminUrl: string,
  passwords: RolePasswords,
  role: string,
  password: string,
): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const name = client.escapeIdentifier(role);
    await client.query(`alter role ${name} with password ${client.escapeLiteral(password)}`);
  } finally {
    await client.end();
  }
  await passwords.set(role, password);
}

function toServer(folder: string, launched: ServerProcess, passwords: RolePasswords): PostgresServer {
  const urlFor = (role: string, database: string): string => {
    const password = passwords.get(role);
    if (password === undefined) throw new Error(`no password is known for role ${role}`);
    const user = `${encodeURIComponent(role)}:${encodeURIComponent(password)}`;
    return `postgresql://${user}@127.0.0.1:${launched.port}/${encodeURIComponent(database)}`;
  };
  return {
    host: "127.0.0.1",
    port: launched.port,
    pid: launched.pid,
    folder,
    urlFor,
    hasPassword: (role) => passwords.get(role) !== undefined,
    setPassword: (role, password) =>
      setRolePassword(urlFor("supabase_admin", "postgres"), passwords, role, password),
    onCrash: launched.onCrash,
    async stop(options) {
      launched.expectEnd();
      await endProcess(launched.pid, [
        // INT closes the sessions and writes a checkpoint; QUIT leaves that to the next start's recovery.
        ...(options?.immediate ? [] : [{ signal: "SIGINT", waitMs: 10_000 } as const]),
        { signal: "SIGQUIT", waitMs: 5_000 },
        { signal: "SIGKILL", waitMs: 5_000 },
      ]);
      await leaveCluster(folder);
    },
  };
}

/**
 * Starts the embedded Postgres 17 on `dataDir`, making the cluster first when there is none. The superuser is
 * `supabase_admin`; only 127.0.0.1 is served, with passwords. The server ends with this process, even on kill -9.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<PostgresServer> {
  const user = await findServerUser();
  const folder = resolve(options.dataDir);
  const [binaries, data] = await Promise.all([findBinaries(user), placeCluster(folder, user)]);
  await claimCluster(folder, data);
  try {
    const passwords = await openRolePasswords(folder);
    const fsync = options.fsync ?? true;
    await initialiseCluster({ binaries, data, user, passwords, fsync });
    const launched = await launchServer({
      binary: binaries.postgres,
      data,
      logFile: join(folder, "postgres.log"),
      port: options.port ?? 0,
      settings: { ...localDefaults, ...(fsync ? {} : unsafeButFast), ...options.settings },
      user,
      password: passwords.get("supabase_admin") ?? "",
    });
    return toServer(folder, launched, passwords);
  } catch (error) {
    await leaveCluster(folder);
    throw error;
  }
}
