import { expect, test } from "vitest";
import { judgeServerVersion } from "../../../scripts/doctor/checks/server-version.ts";

test.each([
  [160_014, "FAIL Postgres 16.14 is too old: upgrade to 17 or later"],
  [170_005, "FAIL Postgres 17.5 has known holes: upgrade to 17.6 or later"],
  [170_006, "ok Postgres 17.6"],
  [180_000, "ok Postgres 18.0"],
  [190_000, "warn Postgres 19.0 is newer than what Gantry was tried on (18)"],
])("server version %i", (version, line) => {
  expect(judgeServerVersion(version).map(({ level, text }) => `${level} ${text}`)).toEqual([line]);
});
