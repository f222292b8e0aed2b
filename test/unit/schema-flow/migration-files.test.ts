import { expect, test } from "vitest";
import { createVersion, parseMigrationName } from "../../../scripts/db/migration-files.ts";

const noon = new Date("2026-12-01T12:00:00Z");

test.each([
  ["the first", undefined, "20261201120000"],
  ["after an older one", "20261130235959", "20261201120000"],
  ["in the same second", "20261201120000", "20261201120001"],
  ["after one that is ahead", "20271231235959", "20280101000000"],
  ["after a number that is no time", "20269999999999", "20270000000000"],
])("a version is greater than the last one: %s", (_, last, expected) => {
  expect(createVersion(noon, last)).toBe(expected);
});

test.each([
  "1_a.sql",
  "20261201000000.sql",
  "20261201000000_A.sql",
  "20261201000000_a.sql.bak",
  "20261201000000__a.sql",
])("%s is not the name of a migration", (fileName) => {
  expect(parseMigrationName(fileName, "folder")).toBeNull();
});

test("a migration's name is read", () => {
  expect(parseMigrationName("20261201000000_lay_foundation.sql", "folder")).toEqual({
    version: "20261201000000",
    name: "lay_foundation",
    fileName: "20261201000000_lay_foundation.sql",
    path: "folder/20261201000000_lay_foundation.sql",
  });
});
