import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseStackOptions } from "./cli/parse-stack-options.ts";
import { runCommand } from "./cli/run-command.ts";
import { runDemo } from "./demo/run-demo.ts";
import { StackError } from "./process/stack-error.ts";
import type { StackSecrets } from "./stack/open-secrets.ts";

/** `npm run demo`: walks the main job against the stack that runs already. */
await runCommand(async () => {
  const { dataDir, port } = parseStackOptions(process.argv.slice(2));
  const apiUrl = `http://127.0.0.1:${port}`;
  const isUp = await fetch(`${apiUrl}/auth/v1/health`).then(
    () => true,
    () => false,
  );
  if (!isUp) throw new StackError(`no stack answers on ${apiUrl}; start one with: npm run dev`);
  const secrets = JSON.parse(await readFile(join(dataDir, "secrets.json"), "utf8")) as StackSecrets;
  await runDemo({ apiUrl, publishableKey: secrets.publishableKey }, (line) => console.log(line));
});
