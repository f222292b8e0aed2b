import { listMigrations } from "../../db/migration-files.ts";
import { type Check, toFindings } from "../check.ts";

export const checkMigrations: Check = {
  name: "migrations",
  async run({ client }) {
    const files = await listMigrations();
    const { rows } = await client.query<{ version: string }>(
      "select version from supabase_migrations.schema_migrations order by version",
    );
    const applied = new Set(rows.map((row) => row.version));
    const known = new Set(files.map((file) => file.version));
    const pending = files.filter((file) => !applied.has(file.version)).map((file) => file.fileName);
    const unknown = rows.filter((row) => !known.has(row.version)).map((row) => row.version);
    return toFindings(
      [
        ...pending.map((file) => `${file} is not applied: npx supabase db push`),
        ...unknown.map(
          (version) => `${version} was applied and is not in this checkout: is it an older release?`,
        ),
      ],
      `all ${files.length} are applied`,
    );
  },
};
