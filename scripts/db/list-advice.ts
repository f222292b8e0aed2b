import { runSupabase, toCliUrl } from "./run-supabase.ts";

/** A finding of the platform's own advisors. */
export interface Advice {
  readonly level: string;
  readonly detail: string;
  /** Names the finding and its object, the same in each run: `rls_disabled_in_public_public_users`. */
  readonly cacheKey: string;
}

function parseAdvice(stdout: string): Advice[] | null {
  try {
    const reply = JSON.parse(stdout) as { results?: unknown };
    return Array.isArray(reply.results) ? (reply.results as Advice[]) : null;
  } catch {
    return null;
  }
}

/**
 * What `supabase db advisors` says about a database: warnings and errors.
 *
 * @param databaseUrl of role postgres
 * @throws Error with the CLI's output, without the URL, when it cannot say
 */
export async function listAdvice(databaseUrl: string): Promise<Advice[]> {
  const url = toCliUrl(databaseUrl);
  const args = ["db", "advisors", "--db-url", url, "--level", "warn", "--fail-on", "none"];
  const outcome = await runSupabase([...args, "--output-format", "json"]);
  const advice = outcome.code === 0 ? parseAdvice(outcome.stdout) : null;
  if (advice !== null) return advice;
  const output = `${outcome.stdout}\n${outcome.stderr}`.trim();
  throw new Error(`db advisors failed: ${output.replaceAll(url, "the database")}`);
}
