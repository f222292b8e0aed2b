import { StackError } from "../process/stack-error.ts";

/** Runs the body of a command; a fault of the user's making is one line on stderr and exit code 1, without a trace. */
export async function runCommand(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    console.error(error instanceof StackError ? `gantry: ${error.message}` : error);
    process.exitCode = 1;
  }
}
