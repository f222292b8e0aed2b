import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the migrations of this checkout lie. */
export const migrationsFolder = fileURLToPath(new URL("../../supabase/migrations/", import.meta.url));

export interface MigrationFile {
  /** Fourteen digits, UTC: the key by which Supabase remembers what has run. */
  readonly version: string;
  readonly name: string;
  readonly fileName: string;
  readonly path: string;
}

/** Reads `20261201000000_lay_foundation.sql`; null for any other form. */
export function parseMigrationName(fileName: string, folder: string): MigrationFile | null {
  const match = /^(\d{14})_([a-z0-9]+(?:_[a-z0-9]+)*)\.sql$/.exec(fileName);
  if (match === null) return null;
  const [, version = "", name = ""] = match;
  return { version, name, fileName, path: join(folder, fileName) };
}

/** In the order in which they run. Throws for a file that the CLI would silently skip. */
export async function listMigrations(folder: string = migrationsFolder): Promise<MigrationFile[]> {
  const files = (await readdir(folder)).sort();
  return files.map((fileName) => {
    const migration = parseMigrationName(fileName, folder);
    if (migration === null)
      throw new Error(`MIGRATION_NAME_INVALID: ${fileName} is not <14 digits>_<words>.sql`);
    return migration;
  });
}

/** A version after the given one and, unless that lies in the future, after everything that was drafted until now. */
export function createVersion(now: Date, last: string | undefined): string {
  const current = now.toISOString().replaceAll(/[-:T]/g, "").slice(0, 14);
  if (last === undefined || current > last) return current;
  return nextSecond(last);
}

function nextSecond(version: string): string {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(version) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // Versions that are no time, as hand-numbered ones may be, still have a successor.
  if (Number.isNaN(time)) return String(BigInt(version) + 1n).padStart(14, "0");
  return createVersion(new Date(time + 1000), undefined);
}
