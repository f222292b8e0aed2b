import { openStack } from "./cli/open-stack.ts";
import { parseStackOptions } from "./cli/parse-stack-options.ts";
import { printStatus } from "./cli/print-status.ts";
import { runCommand } from "./cli/run-command.ts";
import { waitForEnd } from "./cli/wait-for-end.ts";

/** `npm run dev`: the stack alone, until Ctrl-C. */
await runCommand(async () => {
  const options = parseStackOptions(process.argv.slice(2));
  // Listened for from the beginning: Ctrl-C while starting must stop what has been started by then.
  const ended = waitForEnd();
  const stack = await openStack(options);
  printStatus(stack);
  console.log("Ctrl-C stops it.");
  await ended;
  console.log("stopping");
  await stack.stop();
});
