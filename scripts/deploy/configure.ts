/** npm run deploy:configure: what a project needs besides schema, secrets and functions, each thing tried. Repeatable. */
import { runCommand } from "../../dev/cli/run-command.ts";
import { StackError } from "../../dev/process/stack-error.ts";
import { Secret } from "../../functions/_shared/crypto/secret.ts";
import { configureProject, type StepReport } from "./configure-project.ts";
import { withOwner } from "./connect-owner.ts";
import { defaultEnvFile } from "./env-file.ts";
import { readDeployEnv } from "./read-deploy-env.ts";
import { parseFunctionsUrl, readArguments, readDatabaseUrl } from "./read-options.ts";
import { hostedPatience } from "./step.ts";

const usage = `npm run deploy:configure -- --functions-url URL [--db-url URL] [--secrets FILE] [--every SECONDS]

Sets what a project needs besides its schema, its secrets and its functions, and tries each thing: the login of
gantry_edge, fingerprints of the master keys, the Data API's pre-request function, the scheduler secret in Vault, and
the entries of pg_cron. Run it again whenever something of it changed; what is right already stays untouched.
  --functions-url  https://<ref>.supabase.co/functions/v1
  --db-url         Gantry's database, as its owner; else DATABASE_URL
  --secrets       what the functions were given; default ${defaultEnvFile}. The environment comes first.
  --every          seconds between two calls of the scheduler, 1 to 59; default 10
Reads SUPABASE_PUBLISHABLE_KEY, if set, to try the Data API itself.`;

const defaultEverySeconds = 10;

function parseEvery(text: string | undefined): number {
  const seconds = text === undefined ? defaultEverySeconds : Number(text);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 59) {
    throw new StackError("--every must be a whole number of seconds, 1 to 59");
  }
  return seconds;
}

function print({ name, change, proof }: StepReport): void {
  console.log(`${change === null ? "as it was" : "changed  "}  ${name}: ${change ?? proof}`);
  if (change !== null) console.log(`           seen: ${proof}`);
}

await runCommand(async () => {
  const args = process.argv.slice(2);
  const values = readArguments(args, ["functions-url", "db-url", "secrets", "every"], usage);
  if (values === null) return;
  if (values["functions-url"] === undefined) throw new StackError(`--functions-url is missing\n\n${usage}`);
  const functionsUrl = parseFunctionsUrl(values["functions-url"]);
  const everySeconds = parseEvery(values.every);
  const ownerUrl = readDatabaseUrl(values["db-url"], usage);
  const envFile = values.secrets ?? defaultEnvFile;
  const { env, hasNewDatabaseUrl } = await readDeployEnv({ envFile, ownerUrl, functionsUrl });
  if (hasNewDatabaseUrl) {
    console.log(`GANTRY_DB_URL is new, in ${envFile}. The functions need it too:`);
    console.log(`  npx supabase secrets set --env-file ${envFile}`);
  }
  const key = process.env.SUPABASE_PUBLISHABLE_KEY;
  const publishableKey = key ? new Secret(key) : null;
  const reports = await withOwner(ownerUrl, (client) =>
    configureProject(
      { client, env, functionsUrl, everySeconds, publishableKey, patience: hostedPatience },
      print,
    ),
  );
  const changed = reports.filter((report) => report.change !== null).length;
  console.log(
    changed === 0 ? "Nothing was changed; everything works." : `${changed} changed; everything works.`,
  );
});
