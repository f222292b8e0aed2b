import { type Check, type Finding, toFindings, warn } from "../check.ts";

/** The first release of each major version that has the fixes of CVE-2025-8713, -8714 and -8715. */
const floors: Readonly<Record<number, number>> = { 17: 170_006, 18: 180_000 };
const oldest = 17;
const newest = 18;

/** @param version as `server_version_num` gives it: 170006 is 17.6 */
export function judgeServerVersion(version: number): readonly Finding[] {
  const major = Math.floor(version / 10_000);
  const name = `Postgres ${major}.${version % 10_000}`;
  if (major > newest) return warn(`${name} is newer than what Gantry was tried on (${newest})`);
  const floor = floors[major];
  if (floor === undefined) return toFindings([`${name} is too old: upgrade to ${oldest} or later`], "");
  const wanted = `${major}.${floor % 10_000}`;
  return toFindings(version >= floor ? [] : [`${name} has known holes: upgrade to ${wanted} or later`], name);
}

export const checkServerVersion: Check = {
  name: "server version",
  async run({ client }) {
    const { rows } = await client.query<{ version: number }>(
      "select current_setting('server_version_num')::int as version",
    );
    return judgeServerVersion(rows[0]?.version ?? 0);
  },
};
