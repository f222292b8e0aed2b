/** Writes functions/_shared/db/database.types.ts; with --check only says whether it is what would be written. */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runCommand } from "../../dev/cli/run-command.ts";
import { withThrowawayServer } from "../../dev/postgres/throwaway.ts";
import { StackError } from "../../dev/process/stack-error.ts";
import { buildFromMigrations } from "./build-databases.ts";
import { generateTypes } from "./generate-types.ts";

const name = "functions/_shared/db/database.types.ts";
const file = fileURLToPath(new URL(`../../${name}`, import.meta.url));

async function readCommitted(): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

await runCommand(async () => {
  const { values } = parseArgs({ options: { check: { type: "boolean" } } });
  const types = await withThrowawayServer(async (server) =>
    generateTypes(await buildFromMigrations(server, "postgres", { hasSeed: false })),
  );
  if (values.check !== true) {
    await writeFile(file, types);
    console.log(name);
    return;
  }
  if ((await readCommitted()) !== types) throw new StackError(`${name} is stale; run npm run db:types`);
  console.log(`${name} is what the migrations make.`);
});
