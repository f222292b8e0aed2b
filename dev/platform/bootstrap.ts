import { readFile } from "node:fs/promises";
import pg from "pg";
import { createPassword } from "../postgres/role-passwords.ts";
import type { PostgresServer } from "../postgres/start-postgres.ts";
import { ensureAuthSchema } from "./ensure-auth-schema.ts";

export interface BootstrapOptions {
  /** Made when it does not exist. */
  readonly database: string;
  /** What the API roles get on new objects: everything (projects of before 2025) or nothing. Default legacy. */
  readonly defaultPrivileges?: "legacy" | "new";
}

const loginRoles = ["postgres", "authenticator", "supabase_auth_admin"] as const;
/** Any number that nobody else locks; roles are cluster-wide, so two bootstraps at once would collide on them. */
const bootstrapLock = 7_110_001;

function readSql(name: string): Promise<string> {
  return readFile(new URL(`./${name}`, import.meta.url), "utf8");
}

async function withAdmin<T>(
  server: PostgresServer,
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: server.urlFor("supabase_admin", database) });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function ensureLogins(server: PostgresServer, roles: readonly string[]): Promise<void> {
  for (const role of roles) {
    if (!server.hasPassword(role)) await server.setPassword(role, createPassword());
  }
}

async function ensureDatabase(client: pg.Client, database: string): Promise<void> {
  const found = await client.query("select from pg_catalog.pg_database where datname = $1", [database]);
  if (found.rowCount === 0) {
    await client.query(`create database ${client.escapeIdentifier(database)} template template0`);
  }
}

/** gantry_edge is made by the first migration; until then there is nobody to let in. */
async function letFunctionsConnect(client: pg.Client, database: string): Promise<void> {
  const found = await client.query("select from pg_catalog.pg_roles where rolname = 'gantry_edge'");
  if (found.rowCount === 0) return;
  await client.query(`grant connect on database ${client.escapeIdentifier(database)} to gantry_edge`);
}

/**
 * Makes `database` look like a hosted Supabase database: roles with their timeouts, owner, publication, schemas
 * `extensions` and `auth`, default privileges. Repeatable; must run at each start, because the local auth server puts
 * its own helper functions back. Passwords of the login roles are set when the server does not know them yet.
 */
export async function bootstrapPlatform(server: PostgresServer, options: BootstrapOptions): Promise<void> {
  const { database, defaultPrivileges = "legacy" } = options;
  await withAdmin(server, "postgres", async (client) => {
    await client.query("select pg_advisory_lock($1)", [bootstrapLock]);
    await client.query(await readSql("roles.sql"));
    await client.query("revoke connect, temporary on database template1 from public");
    await ensureLogins(server, loginRoles);
    await ensureDatabase(client, database);
  });
  await withAdmin(server, database, async (client) => {
    await client.query(await readSql("database.sql"));
    await client.query(await readSql(`default-privileges-${defaultPrivileges}.sql`));
    await letFunctionsConnect(client, database);
  });
  await ensureAuthSchema(server.urlFor("supabase_admin", database));
  await withAdmin(server, database, async (client) => {
    await client.query(await readSql("auth.sql"));
  });
}

/** Prepares a cluster for tenant databases: its admin `postgres`, not a superuser, and a password for it. Repeatable. */
export async function bootstrapTarget(server: PostgresServer): Promise<void> {
  await withAdmin(server, "postgres", async (client) => {
    await client.query(await readSql("target-cluster.sql"));
    await ensureLogins(server, ["postgres"]);
  });
}
