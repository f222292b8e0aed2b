import { randomUUID } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";

/** A database of its own for one test file: platform, migrations and reference data, nothing else. */
export interface TestDatabase {
  readonly name: string;
  /** Role postgres: owns the schema, bypasses row security. For arranging, never for asserting. */
  readonly ownerUrl: string;
  /** The superuser. */
  readonly adminUrl: string;
  /** Role gantry_edge, as the functions log in. */
  readonly edgeUrl: string;
  /** Role authenticator, as PostgREST logs in. */
  readonly authenticatorUrl: string;
  drop(): Promise<void>;
}

async function withMaintenance<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: inject("cluster").urls.supabase_admin.replace("{database}", "postgres"),
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Access rights of the database itself are not copied from a template; these are the bootstrap's. */
async function admitRoles(client: pg.Client, name: string): Promise<void> {
  await client.query(`revoke all on database ${name} from public`);
  await client.query(`grant connect on database ${name} to authenticator, supabase_auth_admin, gantry_edge`);
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const { template, urls } = inject("cluster");
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await withMaintenance(async (client) => {
    // Copying locks the template; test files that begin together take turns.
    await client.query("select pg_advisory_lock(7110002)");
    await client.query(`create database ${name} template ${template} strategy wal_log owner postgres`);
    await admitRoles(client, name);
  });
  const urlFor = (role: keyof typeof urls) => urls[role].replace("{database}", name);
  return {
    name,
    ownerUrl: urlFor("postgres"),
    adminUrl: urlFor("supabase_admin"),
    edgeUrl: urlFor("gantry_edge"),
    authenticatorUrl: urlFor("authenticator"),
    drop: () =>
      withMaintenance(async (client) => {
        await client.query(`drop database if exists ${name} with (force)`);
      }),
  };
}
