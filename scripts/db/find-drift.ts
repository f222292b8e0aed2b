import { compareAccess } from "./compare-access.ts";
import { diffDatabases } from "./diff-databases.ts";
import { mirrorPartitions } from "./mirror-partitions.ts";
import { readAccess } from "./read-access.ts";
import { splitStatements, toOneLine } from "./split-statements.ts";

/** Statements that only set the stage for those that follow. */
const isPreamble = (line: string) => /^set (local )?\w+ = /i.test(line);

/** A hosted project has extensions that its owner or the platform switched on; the repository only adds its own. */
const isForeignExtension = (line: string) => /^(drop|comment on) extension /i.test(line);

/** What `deploy:configure` sets around the schema of a hosted project; the local stack sets it elsewhere. */
const configuredFacts = new Set(["role authenticator: starts with pgrst.db_pre_request=private.pre_request"]);

/**
 * What differs between a database and the one that it should equal, one line each; empty when nothing does. Schema
 * lines are the statements that would put the database right.
 *
 * @param actualUrl only read
 * @param wantedUrl of role postgres; a throw-away database, which gets the months that only the other one has
 */
export async function findDrift(
  actualUrl: string,
  wantedUrl: string,
  options: { readonly isHosted?: boolean } = {},
): Promise<string[]> {
  await mirrorPartitions(actualUrl, wantedUrl);
  const [diff, actual, wanted] = await Promise.all([
    diffDatabases(actualUrl, wantedUrl),
    readAccess(actualUrl),
    readAccess(wantedUrl),
  ]);
  const statements = splitStatements(diff)
    .map(toOneLine)
    .filter((line) => !isPreamble(line))
    .filter((line) => !(options.isHosted && isForeignExtension(line)));
  const access = actual.filter((fact) => !(options.isHosted && configuredFacts.has(fact)));
  return [...statements.map((line) => `schema: ${line}`), ...compareAccess(access, wanted)];
}
