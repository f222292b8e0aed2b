import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import pg from "pg";
import { StackError } from "../process/stack-error.ts";

const require = createRequire(import.meta.url);

/** The Supabase CLI's own `db push`: pending migrations, then the seed, which it remembers to have run. */
export async function migrateDatabase(projectRoot: string, databaseUrl: string): Promise<void> {
  const cli = join(dirname(require.resolve("supabase/package.json")), "dist/supabase.js");
  const args = [cli, "db", "push", "--db-url", `${databaseUrl}?sslmode=disable`, "--include-seed", "--yes"];
  const child = spawn(process.execPath, args, {
    cwd: projectRoot,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, DO_NOT_TRACK: "1", SUPABASE_TELEMETRY_DISABLED: "1" },
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (code !== 0) {
    const lines = `${stdout}\n${stderr}`.trim().replaceAll(databaseUrl, "the database");
    throw new StackError(`migrations failed: ${lines}`);
  }
}

/** Lets gantry_edge, which the first migration makes without a password, in. */
export async function admitFunctions(adminUrl: string, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(`grant connect on database ${client.escapeIdentifier(database)} to gantry_edge`);
  } finally {
    await client.end();
  }
}
