import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const projectRoot = fileURLToPath(new URL("../../", import.meta.url));

export interface CliOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** Folder that holds supabase/. Default this checkout. */
  readonly root?: string | undefined;
  /** On top of the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the Supabase CLI of this checkout, in its root and without telemetry. Never throws for an exit code. */
export async function runSupabase(args: readonly string[], options: CliOptions = {}): Promise<CliOutcome> {
  const cli = join(dirname(require.resolve("supabase/package.json")), "dist/supabase.js");
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: options.root ?? projectRoot,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...options.env, DO_NOT_TRACK: "1", SUPABASE_TELEMETRY_DISABLED: "1" },
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

/** Databases on this machine speak no TLS; the CLI has to be told. Others keep what their URL says. */
export function toCliUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  const isLocal = url.hostname === "127.0.0.1" || url.hostname === "localhost";
  if (isLocal && !url.searchParams.has("sslmode")) url.searchParams.set("sslmode", "disable");
  return url.toString();
}
