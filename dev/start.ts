import { openStack } from "./cli/open-stack.ts";
import { parseStackOptions } from "./cli/parse-stack-options.ts";
import { printStatus } from "./cli/print-status.ts";
import { runCommand } from "./cli/run-command.ts";
import { waitForEnd } from "./cli/wait-for-end.ts";
import { runDemo } from "./demo/run-demo.ts";

/** `npm start`: the stack, the demo against it, and then the stack stays up until Ctrl-C (with --exit it stops). */
await runCommand(async () => {
  const options = parseStackOptions(process.argv.slice(2));
  const ended = waitForEnd();
  const stack = await openStack(options);
  try {
    console.log("");
    const walk = runDemo(stack, (line) => console.log(line));
    const isCut = await Promise.race([walk.then(() => false), ended.then(() => true)]);
    // Cut short by Ctrl-C, the walk fails over the stack that stops under it, which is no news.
    if (isCut) walk.catch(() => undefined);
    if (isCut || options.isExit) return;
    printStatus(stack);
    console.log("The stack stays up; Ctrl-C stops it.");
    await ended;
    console.log("stopping");
  } finally {
    await stack.stop();
  }
});
