import type pg from "pg";
import { StackError } from "../../../dev/process/stack-error.ts";
import { hasPart, type PlatformPart, platformParts } from "../platform-parts.ts";
import type { Step } from "../step.ts";

async function isAvailable(client: pg.Client, part: PlatformPart): Promise<boolean> {
  const { rowCount } = await client.query(
    "select from pg_catalog.pg_available_extensions where name = $1 and installed_version is null",
    [part.extension],
  );
  return (rowCount ?? 0) > 0;
}

async function findMissing(client: pg.Client): Promise<PlatformPart[]> {
  const missing: PlatformPart[] = [];
  for (const part of platformParts) {
    if (!(await hasPart(client, part))) missing.push(part);
  }
  return missing;
}

/** Switches on what the schedule is made of, where the server has it. */
export const enableExtensions: Step = {
  name: "extensions",
  async apply({ client }) {
    const missing = await findMissing(client);
    for (const part of missing) {
      if (!(await isAvailable(client, part))) {
        throw new StackError(
          `this server has no ${part.extension} that role postgres may use; ` +
            "without it nothing wakes the scheduler",
        );
      }
      await client.query(part.create);
    }
    return missing.length === 0 ? null : `enabled ${missing.map((part) => part.extension).join(", ")}`;
  },
  async prove({ client }) {
    const [missing] = await findMissing(client);
    if (missing !== undefined) {
      throw new StackError(
        `${missing.schema}.${missing.procedure} cannot be called, though ${missing.extension} is on`,
      );
    }
    return `${platformParts.map((part) => part.extension).join(", ")} can be used`;
  },
};
