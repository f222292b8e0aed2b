/**
 * npm run db:run -- <command>: runs it with DATABASE_URL set to a throw-away database that has all migrations, as the
 * owner of the schema. Cleans up and ends with the command's exit code.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { runCommand } from "../../dev/cli/run-command.ts";
import { withThrowawayServer } from "../../dev/postgres/throwaway.ts";
import { StackError } from "../../dev/process/stack-error.ts";
import { buildFromMigrations } from "./build-databases.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The exit code of a shell: 128 and the signal's number for a command that was killed. */
function runWith(databaseUrl: string, command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: "inherit",
      env: { ...process.env, DATABASE_URL: databaseUrl },
      shell: process.platform === "win32",
    });
    // The command decides when it ends; the database must outlive it.
    for (const signal of signals) process.on(signal, () => child.kill(signal));
    child.once("error", (error) => reject(new StackError(`cannot run ${command}: ${error.message}`)));
    child.once("close", (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

await runCommand(async () => {
  const [command, ...args] = process.argv.slice(2);
  if (command === undefined) throw new StackError("usage: npm run db:run -- <command> [arguments]");
  process.exitCode = await withThrowawayServer(async (server) =>
    runWith(await buildFromMigrations(server, "postgres"), command, args),
  );
});
