import { runSupabase, toCliUrl } from "./run-supabase.ts";

/** How the CLI writes SQL down: the house style, as far as it knows it. */
const format = { keywordCase: "lower", indent: 2, maxWidth: 110 };

function parseDiff(stdout: string): string | null {
  try {
    const reply = JSON.parse(stdout) as { diff?: unknown };
    return typeof reply.diff === "string" ? reply.diff : null;
  } catch {
    return null;
  }
}

/**
 * The SQL that turns the schema of one database into that of another, by the CLI's own pg-delta. The empty string when
 * nothing differs. It carries no grant or revoke that only the access facts see, see readAccess.
 *
 * @throws Error with the CLI's output, without the URLs, when it fails
 */
export async function diffDatabases(fromUrl: string, toUrl: string): Promise<string> {
  const [from, to] = [toCliUrl(fromUrl), toCliUrl(toUrl)];
  const args = ["db", "diff", "--from", from, "--to", to, "--use-pg-delta", "--output-format", "json"];
  const outcome = await runSupabase(args, {
    env: { SUPABASE_EXPERIMENTAL_PGDELTA_FORMAT_OPTIONS: JSON.stringify(format) },
  });
  const diff = outcome.code === 0 ? parseDiff(outcome.stdout) : null;
  if (diff !== null) return diff;
  const output = `${outcome.stdout}\n${outcome.stderr}`.trim();
  throw new Error(`db diff failed: ${output.replaceAll(from, "<from>").replaceAll(to, "<to>")}`);
}
