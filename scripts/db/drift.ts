/**
 * Fails when the migrations do not make what sql/ and policies/ say. With --db-url, or with the environment's
 * DATABASE_URL and --live, fails when that project's database is not what the migrations make.
 */
import { parseArgs } from "node:util";
import { runCommand } from "../../dev/cli/run-command.ts";
import { withThrowawayServer } from "../../dev/postgres/throwaway.ts";
import { StackError } from "../../dev/process/stack-error.ts";
import { buildFromDesiredState, buildFromMigrations } from "./build-databases.ts";
import { findDrift } from "./find-drift.ts";
import { withTwoServers } from "./with-two-servers.ts";

function compareMigrations(): Promise<string[]> {
  return withTwoServers(async (first, second) => {
    const [actual, wanted] = await Promise.all([
      buildFromMigrations(first, "postgres", { hasSeed: false }),
      buildFromDesiredState(second, "postgres"),
    ]);
    return findDrift(actual, wanted);
  });
}

function readLiveUrl(): string | null {
  const { values } = parseArgs({ options: { "db-url": { type: "string" }, live: { type: "boolean" } } });
  if (values["db-url"] !== undefined) return values["db-url"];
  if (values.live !== true) return null;
  const url = process.env.DATABASE_URL;
  if (!url) throw new StackError("--live needs DATABASE_URL");
  return url;
}

await runCommand(async () => {
  const liveUrl = readLiveUrl();
  const drift = await (liveUrl === null
    ? compareMigrations()
    : withThrowawayServer(async (server) =>
        findDrift(liveUrl, await buildFromDesiredState(server, "postgres"), { isHosted: true }),
      ));
  for (const line of drift) console.log(line);
  const subject = liveUrl === null ? "The migrations" : "The database";
  if (drift.length > 0)
    throw new StackError(`${subject} and the desired state differ in ${drift.length} places`);
  console.log(`${subject} and the desired state are equal.`);
});
