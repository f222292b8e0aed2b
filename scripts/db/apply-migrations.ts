import { runSupabase, toCliUrl } from "./run-supabase.ts";

export interface ApplyOptions {
  /** Also run supabase/seed.sql, once. Default true. */
  readonly hasSeed?: boolean;
  /** Folder that holds supabase/. Default this checkout. */
  readonly root?: string;
}

/**
 * Applies what is pending of supabase/migrations by the CLI's own `db push`, as a deployment does.
 *
 * @param databaseUrl of the role that runs migrations (postgres)
 * @throws Error with the CLI's output, without the URL, when a migration fails
 */
export async function applyMigrations(databaseUrl: string, options: ApplyOptions = {}): Promise<void> {
  const url = toCliUrl(databaseUrl);
  const seed = options.hasSeed === false ? [] : ["--include-seed"];
  const outcome = await runSupabase(["db", "push", "--db-url", url, "--yes", ...seed], {
    root: options.root,
  });
  if (outcome.code === 0) return;
  const output = `${outcome.stdout}\n${outcome.stderr}`.trim().replaceAll(url, "the database");
  // The CLI's own advice, --include-all, would run the older one on a schema that it was never tried on.
  const isOutOfOrder = output.includes("inserted before the last migration");
  const files = [...output.matchAll(/^supabase\/migrations\/\S+$/gm)].map(([file]) => file);
  if (isOutOfOrder) {
    throw new Error(`MIGRATION_OUT_OF_ORDER: ${files.join(", ")} came before one that has been applied`);
  }
  throw new Error(`migrations failed: ${output}`);
}
