/** npm run deploy:env: makes the file that `supabase secrets set` and `deploy:configure` read, with new secrets in it. */
import { randomBytes } from "node:crypto";
import { runCommand } from "../../dev/cli/run-command.ts";
import { StackError } from "../../dev/process/stack-error.ts";
import { createEdgePassword, toEdgeUrl } from "./edge-url.ts";
import { createEnvFile, defaultEnvFile } from "./env-file.ts";
import { parseFunctionsUrl, readArguments, readDatabaseUrl, toProjectUrl } from "./read-options.ts";

const usage = `npm run deploy:env -- --functions-url URL [--db-url URL] [--origins LIST] [--secrets FILE]

Writes ${defaultEnvFile}, readable by its owner only: what the functions of one project are given, with a new password for
gantry_edge, a new scheduler secret and a new master key. Never replaces a file.
  --functions-url  https://<ref>.supabase.co/functions/v1
  --db-url         Gantry's database, as its owner; else DATABASE_URL
  --origins        comma-separated origins of browsers that may call`;

await runCommand(async () => {
  const args = process.argv.slice(2);
  const values = readArguments(args, ["functions-url", "db-url", "origins", "secrets"], usage);
  if (values === null) return;
  if (values["functions-url"] === undefined) throw new StackError(`--functions-url is missing\n\n${usage}`);
  const projectUrl = toProjectUrl(parseFunctionsUrl(values["functions-url"]));
  const file = values.secrets ?? defaultEnvFile;
  await createEnvFile(file, {
    GANTRY_DB_URL: toEdgeUrl(readDatabaseUrl(values["db-url"], usage), createEdgePassword()),
    GANTRY_JWKS_URL: `${projectUrl}/auth/v1/.well-known/jwks.json`,
    GANTRY_JWT_ISSUER: `${projectUrl}/auth/v1`,
    GANTRY_ALLOWED_ORIGINS: values.origins ?? "",
    GANTRY_SCHEDULER_SECRET: randomBytes(32).toString("base64url"),
    GANTRY_MASTER_KEYS: `key-1:${randomBytes(32).toString("base64")}`,
  });
  console.log(
    `${file} is ready. Keep a copy where the database's backups are not: without GANTRY_MASTER_KEYS`,
  );
  console.log("no sealed credential can be opened again.");
});
