import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type MigrationFile, parseMigrationName } from "../db/migration-files.ts";
import { splitStatements, toOneLine } from "../db/split-statements.ts";
import type { Finding } from "./finding.ts";
import { readAdditions } from "./read-additions.ts";

const folder = "supabase/migrations";

function fault(fileName: string, code: string, message: string): Finding {
  return { level: "fault", code, file: `${folder}/${fileName}`, message };
}

function findNameFaults(fileNames: readonly string[], migrations: readonly MigrationFile[]): Finding[] {
  const known = new Set(migrations.map((migration) => migration.fileName));
  const misnamed = fileNames
    .filter((fileName) => !known.has(fileName))
    .map((fileName) =>
      fault(fileName, "MIGRATION_NAME_INVALID", "not <14 digits>_<words>.sql; it would be skipped"),
    );
  const twice = migrations.flatMap((migration, index) => {
    const other = migrations[index - 1];
    if (other?.version !== migration.version) return [];
    return [fault(migration.fileName, "MIGRATION_VERSION_TAKEN", `${other.fileName} has the same version`)];
  });
  return [...misnamed, ...twice];
}

/** Who has applied the newer one already would never get the older one. */
function findOrderFaults(migrations: readonly MigrationFile[], additions: readonly string[][]): Finding[] {
  const faults: Finding[] = [];
  let newest = "";
  for (const batch of additions) {
    const added = migrations.filter((migration) => batch.includes(migration.fileName));
    for (const { fileName, version } of added) {
      if (version < newest) {
        const message = `came after ${newest}, which may have been applied; give it a newer version`;
        faults.push(fault(fileName, "MIGRATION_OUT_OF_ORDER", message));
      }
    }
    newest = [newest, ...added.map((migration) => migration.version)].sort().at(-1) ?? newest;
  }
  return faults;
}

function findStatementFaults({ fileName }: MigrationFile, sql: string): Finding[] {
  const statements = splitStatements(sql).map(toOneLine);
  const faults: Finding[] = [];
  if (
    statements.length > 1 &&
    statements.some((line) => /^(create (unique )?index|drop index|reindex .*) concurrently\b/i.test(line))
  ) {
    const message = "a concurrent index cannot share a transaction; give it a file of its own";
    faults.push(fault(fileName, "MIGRATION_CONCURRENTLY_NOT_ALONE", message));
  }
  if (statements.some((line) => /^comment on extension\b/i.test(line))) {
    const message = "only the extension's owner may comment on it, which migrations never run as";
    faults.push(fault(fileName, "MIGRATION_NEEDS_SUPERUSER", message));
  }
  if (statements.some((line) => /^(begin|commit|rollback|start transaction)\b/i.test(line))) {
    const message =
      "each file is one transaction already; ending it would let a failure leave half a migration";
    faults.push(fault(fileName, "MIGRATION_ENDS_TRANSACTION", message));
  }
  return faults;
}

/** What would go wrong when supabase/migrations are pushed, found without a database. */
export async function findMigrationFaults(root: string): Promise<Finding[]> {
  const path = join(root, folder);
  const fileNames = (await readdir(path)).sort();
  const migrations = fileNames.flatMap((fileName) => parseMigrationName(fileName, path) ?? []);
  const statementFaults = await Promise.all(
    migrations.map(async (migration) =>
      findStatementFaults(migration, await readFile(migration.path, "utf8")),
    ),
  );
  return [
    ...findNameFaults(fileNames, migrations),
    ...findOrderFaults(migrations, await readAdditions(root, folder, fileNames)),
    ...statementFaults.flat(),
  ];
}
