import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";

export interface LoadOptions {
  /** Folder that holds sql/ and policies/. Default this checkout. */
  readonly root?: string;
  /** Shuffles the files by this seed; the result must not depend on their order. */
  readonly shuffleSeed?: number;
}

/** These make what every other file stands on. */
const foundation = [
  "sql/foundation/roles.sql",
  "sql/foundation/schemas.sql",
  "sql/foundation/default-privileges.sql",
];

interface SqlFile {
  readonly path: string;
  readonly text: string;
}

async function readSqlFiles(root: string): Promise<SqlFile[]> {
  const paths: string[] = [];
  for (const folder of ["sql", "policies"]) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      if (entry.isFile() && entry.name.endsWith(".sql"))
        paths.push(relative(root, join(entry.parentPath, entry.name)));
    }
  }
  paths.sort();
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(join(root, path), "utf8") })));
}

/** Fisher-Yates over a small linear congruential generator: the same seed gives the same order everywhere. */
function shuffle<T>(values: readonly T[], seed: number): T[] {
  const shuffled = [...values];
  let state = seed >>> 0;
  for (let last = shuffled.length - 1; last > 0; last--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = state % (last + 1);
    const [a, b] = [shuffled[last] as T, shuffled[other] as T];
    shuffled[last] = b;
    shuffled[other] = a;
  }
  return shuffled;
}

/** One pass over the files; those that fail now may succeed once another one has loaded. */
async function loadPass(client: pg.Client, files: readonly SqlFile[]): Promise<Map<SqlFile, string>> {
  const failures = new Map<SqlFile, string>();
  for (const file of files) {
    await client.query("savepoint before_file");
    try {
      await client.query(file.text);
      await client.query("release savepoint before_file");
    } catch (error) {
      await client.query("rollback to savepoint before_file");
      failures.set(file, error instanceof Error ? error.message : String(error));
    }
  }
  return failures;
}

async function loadAll(client: pg.Client, files: readonly SqlFile[]): Promise<void> {
  let waiting = files;
  for (;;) {
    const failures = await loadPass(client, waiting);
    if (failures.size === 0) return;
    if (failures.size === waiting.length) {
      const lines = [...failures].map(([file, message]) => `${file.path}: ${message}`);
      throw new Error(`these files never load:\n${lines.join("\n")}`);
    }
    waiting = [...failures.keys()];
  }
}

/**
 * Builds the schema from sql/ and policies/ in a bootstrapped, empty database: all of it or nothing.
 *
 * @param databaseUrl of role postgres
 * @throws Error that names each file which never loads, with what Postgres said
 */
export async function loadDesiredState(databaseUrl: string, options: LoadOptions = {}): Promise<void> {
  const root = options.root ?? fileURLToPath(new URL("../../", import.meta.url));
  const all = await readSqlFiles(root);
  const first = foundation.flatMap((path) => all.filter((file) => file.path === path));
  const rest = all.filter((file) => !foundation.includes(file.path));
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("begin; set local check_function_bodies = off");
    await loadAll(client, first);
    await loadAll(client, options.shuffleSeed === undefined ? rest : shuffle(rest, options.shuffleSeed));
    await client.query("commit");
  } finally {
    await client.end();
  }
}
