import pg from "pg";
import { createPassword } from "../postgres/role-passwords.ts";
import type { PostgresServer } from "../postgres/start-postgres.ts";

/** Gives gantry_edge, which the first migration makes without a password, a way in. */
export async function admitFunctions(server: PostgresServer, database: string): Promise<void> {
  if (!server.hasPassword("gantry_edge")) await server.setPassword("gantry_edge", createPassword());
  const client = new pg.Client({ connectionString: server.urlFor("supabase_admin", database) });
  await client.connect();
  try {
    await client.query(`grant connect on database ${client.escapeIdentifier(database)} to gantry_edge`);
  } finally {
    await client.end();
  }
}
