import { App } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";

/** Makes or completes the tables of the local auth server in the database of `adminUrl` (a superuser). Repeatable. */
export async function ensureAuthSchema(adminUrl: string): Promise<void> {
  const connection = createPostgresConnection({
    url: adminUrl,
    postgresOptions: { max: 1, onnotice: () => undefined },
  });
  try {
    await new App({ connection, auth: { enabled: true } }).ensureSystemSchema();
  } finally {
    await connection.close();
  }
}
