import { readFile } from "node:fs/promises";

/** The functions that `supabase functions deploy` uploads: the blocks of config.toml. */
export async function listFunctions(): Promise<string[]> {
  const config = await readFile(new URL("../../supabase/config.toml", import.meta.url), "utf8");
  return [...config.matchAll(/^\[functions\.([a-z0-9-]+)\]$/gm)].map(([, name = ""]) => name);
}
