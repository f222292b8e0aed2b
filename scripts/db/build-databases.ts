import { type BootstrapOptions, bootstrapPlatform } from "../../dev/platform/bootstrap.ts";
import type { PostgresServer } from "../../dev/postgres/start-postgres.ts";
import { type ApplyOptions, applyMigrations } from "./apply-migrations.ts";
import { type LoadOptions, loadDesiredState } from "./load-desired-state.ts";

type Privileges = NonNullable<BootstrapOptions["defaultPrivileges"]>;

/** Makes `database` as a deployment makes it: an empty Supabase database, then supabase/migrations. */
export async function buildFromMigrations(
  server: PostgresServer,
  database: string,
  options: ApplyOptions & { readonly defaultPrivileges?: Privileges } = {},
): Promise<string> {
  await bootstrapPlatform(server, { database, defaultPrivileges: options.defaultPrivileges ?? "new" });
  const url = server.urlFor("postgres", database);
  await applyMigrations(url, options);
  return url;
}

/** Makes `database` as sql/ and policies/ say it should be. Answers with the URL of its owner. */
export async function buildFromDesiredState(
  server: PostgresServer,
  database: string,
  options: LoadOptions = {},
): Promise<string> {
  await bootstrapPlatform(server, { database, defaultPrivileges: "new" });
  const url = server.urlFor("postgres", database);
  await loadDesiredState(url, options);
  return url;
}
