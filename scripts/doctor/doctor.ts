/** npm run doctor: looks at a live project and says what is wrong with it. Changes nothing. */
import { runCommand } from "../../dev/cli/run-command.ts";
import { withOwner } from "../deploy/connect-owner.ts";
import { defaultEnvFile, readEnvFile } from "../deploy/env-file.ts";
import { parseFunctionsUrl, readArguments, readDatabaseUrl } from "../deploy/read-options.ts";
import { type CheckReport, runChecks } from "./run-checks.ts";

const usage = `npm run doctor -- [--db-url URL] [--functions-url URL] [--secrets FILE]

Looks at a live project and says what is wrong with it, one line each: ok, warn or FAIL with what to do. Changes nothing.
Ends with exit code 1 when something has to be put right.
  --db-url         Gantry's database, as its owner; else DATABASE_URL
  --functions-url  https://<ref>.supabase.co/functions/v1: also asks the functions
  --secrets       what the functions were given; default ${defaultEnvFile}. The environment comes first.
Reads SUPABASE_PUBLISHABLE_KEY, if set, to ask the Data API too.`;

function print({ name, findings }: CheckReport): void {
  for (const { level, text } of findings) console.log(`${level.padEnd(4)}  ${name}: ${text}`);
}

await runCommand(async () => {
  const values = readArguments(process.argv.slice(2), ["db-url", "functions-url", "secrets"], usage);
  if (values === null) return;
  const databaseUrl = readDatabaseUrl(values["db-url"], usage);
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));
  const variables = { ...(await readEnvFile(values.secrets ?? defaultEnvFile)), ...given };
  const functionsUrl =
    values["functions-url"] === undefined ? null : parseFunctionsUrl(values["functions-url"]);
  const publishableKey = process.env.SUPABASE_PUBLISHABLE_KEY || null;
  const reports = await withOwner(databaseUrl, (client) =>
    runChecks({ client, databaseUrl, variables, functionsUrl, publishableKey }, print),
  );
  const levels = reports.flatMap((report) => report.findings.map((finding) => finding.level));
  const count = (level: string) => levels.filter((found) => found === level).length;
  console.log(`${count("ok")} ok, ${count("warn")} warn, ${count("FAIL")} FAIL`);
  if (count("FAIL") > 0) process.exitCode = 1;
});
