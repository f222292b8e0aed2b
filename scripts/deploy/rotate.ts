/** npm run deploy:rotate: puts a new secret into the file of the functions' secrets. Nothing else is changed yet. */
import { randomBytes } from "node:crypto";
import { runCommand } from "../../dev/cli/run-command.ts";
import { StackError } from "../../dev/process/stack-error.ts";
import { createEdgePassword } from "./edge-url.ts";
import { defaultEnvFile, readEnvFile, replaceInEnvFile, type Variables } from "./env-file.ts";
import { readArguments } from "./read-options.ts";

const usage = `npm run deploy:rotate -- --what login|scheduler|master-key [--secrets FILE]

Puts a new secret into ${defaultEnvFile} and keeps the file as it was beside it. The project follows when the secrets
are set and deploy:configure runs.
  login       a new password for gantry_edge, in GANTRY_DB_URL
  scheduler   a new GANTRY_SCHEDULER_SECRET
  master-key  a new key in front of GANTRY_MASTER_KEYS; the earlier ones stay and open what they sealed`;

/** `key-3` after `key-2`, whatever other ids there are. */
function createKeyId(masterKeys: string): string {
  const numbers = masterKeys.split(",").map((entry) => Number(/^key-(\d+):/.exec(entry.trim())?.[1] ?? 0));
  return `key-${Math.max(...numbers) + 1}`;
}

function withNewPassword(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.password = createEdgePassword();
  return url.href;
}

const rotations: Readonly<Record<string, readonly [name: string, next: (value: string) => string]>> = {
  login: ["GANTRY_DB_URL", withNewPassword],
  scheduler: ["GANTRY_SCHEDULER_SECRET", () => randomBytes(32).toString("base64url")],
  "master-key": [
    "GANTRY_MASTER_KEYS",
    (value) => `${createKeyId(value)}:${randomBytes(32).toString("base64")},${value}`,
  ],
};

function readValue(variables: Variables, name: string, file: string): string {
  const value = variables[name];
  if (!value) throw new StackError(`${file} has no ${name}`);
  return value;
}

await runCommand(async () => {
  const values = readArguments(process.argv.slice(2), ["what", "secrets"], usage);
  if (values === null) return;
  const rotation = rotations[values.what ?? ""];
  if (rotation === undefined) throw new StackError(`--what is login, scheduler or master-key\n\n${usage}`);
  const [name, next] = rotation;
  const file = values.secrets ?? defaultEnvFile;
  const value = readValue(await readEnvFile(file), name, file);
  const kept = await replaceInEnvFile(file, name, next(value), new Date());
  console.log(`${name} is new in ${file}; ${kept} is the file as it was. Now set the secrets and configure:`);
  console.log(`  npx supabase secrets set --env-file ${file}`);
  console.log("  npm run deploy:configure -- --functions-url ...");
});
