import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PostgresServer } from "../../dev/postgres/start-postgres.ts";
import { StackError } from "../../dev/process/stack-error.ts";
import { applyMigrations } from "./apply-migrations.ts";
import { buildFromDesiredState, buildFromMigrations } from "./build-databases.ts";
import { closeNewObjects, listSchemaObjects } from "./close-new-objects.ts";
import { diffDatabases } from "./diff-databases.ts";
import { findDrift } from "./find-drift.ts";
import { createVersion, listMigrations, type MigrationFile } from "./migration-files.ts";
import { mirrorPartitions } from "./mirror-partitions.ts";
import { splitStatements, toOneLine } from "./split-statements.ts";
import { withTwoServers } from "./with-two-servers.ts";

const projectRoot = fileURLToPath(new URL("../../", import.meta.url));

export interface DraftOptions {
  /** Checkout with supabase/, sql/ and policies/. Default this one. */
  readonly root?: string;
  readonly now?: Date;
  /** Draws this migration up again, as if it and what follows it did not exist yet. */
  readonly redraft?: string;
}

export interface Draft {
  /** Where the migration belongs, relative to supabase/migrations. */
  readonly fileName: string;
  readonly sql: string;
}

/** A copy of supabase/ with these migrations only; the CLI runs whatever lies in its folder. */
async function stage(root: string, folder: string, migrations: readonly MigrationFile[]): Promise<void> {
  await mkdir(join(folder, "supabase/migrations"), { recursive: true });
  await cp(join(root, "supabase/config.toml"), join(folder, "supabase/config.toml"));
  for (const { path, fileName } of migrations) await cp(path, join(folder, "supabase/migrations", fileName));
}

/** Postgres lets only an extension's owner comment on it, and migrations run as nobody's superuser. */
const isForOwnersOnly = (statement: string) => /^comment on extension /i.test(toOneLine(statement));

async function composeMigration(fromUrl: string, toUrl: string): Promise<string> {
  const statements = splitStatements(await diffDatabases(fromUrl, toUrl)).filter(
    (statement) => !isForOwnersOnly(statement),
  );
  if (statements.every((statement) => /^set /i.test(statement))) return "";
  const existing = new Set((await listSchemaObjects(fromUrl)).map(({ kind, name }) => `${kind} ${name}`));
  const added = (await listSchemaObjects(toUrl)).filter(({ kind, name }) => !existing.has(`${kind} ${name}`));
  return `${closeNewObjects(statements, added).join(";\n\n")};\n`;
}

function placeDraft(name: string, migrations: readonly MigrationFile[], options: DraftOptions) {
  if (options.redraft === undefined) {
    const version = createVersion(options.now ?? new Date(), migrations.at(-1)?.version);
    return { fileName: `${version}_${name}.sql`, before: migrations };
  }
  const index = migrations.findIndex((migration) => migration.fileName === options.redraft);
  if (index === -1) throw new StackError(`there is no migration ${options.redraft}`);
  return { fileName: options.redraft, before: migrations.slice(0, index) };
}

async function composeAndProve(
  servers: readonly [PostgresServer, PostgresServer],
  root: string,
  folder: string,
  fileName: string,
): Promise<string> {
  const [from, to] = await Promise.all([
    buildFromMigrations(servers[0], "postgres", { root: folder, hasSeed: false }),
    buildFromDesiredState(servers[1], "postgres", { root }),
  ]);
  await mirrorPartitions(from, to);
  const sql = await composeMigration(from, to);
  if (sql === "") throw new StackError("nothing to draft: the migrations make what sql/ and policies/ say");
  await writeFile(join(folder, "supabase/migrations", fileName), sql);
  await applyMigrations(from, { root: folder, hasSeed: false });
  const drift = await findDrift(from, to);
  if (drift.length === 0) return sql;
  // A check constraint returns here when Postgres prints it in a form that it would read as another one.
  const hint =
    "write it by hand, or in sql/ in the form that Postgres prints (two comparisons for `between`)";
  throw new StackError(`a draft would not carry everything; ${hint}:\n${drift.join("\n")}`);
}

/**
 * Draws up the migration between what supabase/migrations make and what sql/ and policies/ say, and proves that it
 * closes the gap by running it. Nothing is written to the checkout.
 *
 * @throws StackError when there is nothing to draft, or when a draft does not carry everything
 */
export async function draftMigration(name: string, options: DraftOptions = {}): Promise<Draft> {
  const root = options.root ?? projectRoot;
  const migrations = await listMigrations(join(root, "supabase/migrations"));
  const { fileName, before } = placeDraft(name, migrations, options);
  const folder = await mkdtemp(join(tmpdir(), "gantry-draft-"));
  try {
    await stage(root, folder, before);
    const sql = await withTwoServers((first, second) =>
      composeAndProve([first, second], root, folder, fileName),
    );
    return { fileName, sql };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
