/**
 * Asks the platform's own advisors about the database that the migrations make. Fails for every warning or error that
 * advisor-exceptions.json does not answer with a reason, and for every exception that nothing needs any more.
 */
import { runCommand } from "../../dev/cli/run-command.ts";
import { withThrowawayServer } from "../../dev/postgres/throwaway.ts";
import { StackError } from "../../dev/process/stack-error.ts";
import exceptions from "./advisor-exceptions.json" with { type: "json" };
import { buildFromMigrations } from "./build-databases.ts";
import { listAdvice } from "./list-advice.ts";

await runCommand(async () => {
  const advice = await withThrowawayServer(async (server) =>
    listAdvice(await buildFromMigrations(server, "postgres", { hasSeed: false })),
  );
  const reasons = new Map<string, string>(Object.entries(exceptions));
  const open = advice.filter(({ cacheKey }) => !reasons.has(cacheKey));
  const stale = [...reasons.keys()].filter((key) => advice.every(({ cacheKey }) => cacheKey !== key));
  for (const { level, cacheKey, detail } of open) console.log(`${level} ${cacheKey}: ${detail}`);
  for (const key of stale) console.log(`exception without a finding: ${key}`);
  const count = open.length + stale.length;
  if (count > 0) throw new StackError(`the advisors have ${count} findings`);
  console.log(`The advisors have nothing to say; ${reasons.size} exceptions.`);
});
