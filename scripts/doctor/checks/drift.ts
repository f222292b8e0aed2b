import { withThrowawayServer } from "../../../dev/postgres/throwaway.ts";
import { buildFromDesiredState } from "../../db/build-databases.ts";
import { findDrift } from "../../db/find-drift.ts";
import { type Check, toFindings } from "../check.ts";

const maxLines = 10;
const maxLineLength = 160;

export const checkDrift: Check = {
  name: "drift",
  async run({ databaseUrl }) {
    const drift = await withThrowawayServer(async (server) =>
      findDrift(databaseUrl, await buildFromDesiredState(server, "postgres"), { isHosted: true }),
    );
    const lines = drift.slice(0, maxLines).map((line) => line.slice(0, maxLineLength));
    const rest = drift.length - lines.length;
    if (rest > 0) lines.push(`and ${rest} more: npm run db:drift -- --live`);
    return toFindings(lines, "the database is what this checkout says");
  },
};
