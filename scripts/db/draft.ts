/** Writes the next migration: npm run db:draft -- <name>, or --redraft <file> before that file has run anywhere. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runCommand } from "../../dev/cli/run-command.ts";
import { StackError } from "../../dev/process/stack-error.ts";
import { draftMigration } from "./draft-migration.ts";
import { migrationsFolder } from "./migration-files.ts";

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { redraft: { type: "string" } },
  });
  const [name] = positionals;
  if (values.redraft === undefined && !/^[a-z0-9]+(_[a-z0-9]+)*$/.test(name ?? "")) {
    throw new StackError("usage: npm run db:draft -- <verb_object>, in lower-case words joined by _");
  }
  const options = values.redraft === undefined ? {} : { redraft: values.redraft };
  const { fileName, sql } = await draftMigration(name ?? "", options);
  await writeFile(join(migrationsFolder, fileName), sql);
  console.log(`supabase/migrations/${fileName}`);
});
