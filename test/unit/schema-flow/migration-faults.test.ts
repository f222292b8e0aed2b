import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findMigrationFaults } from "../../../scripts/check/find-migration-faults.ts";
import { type Checkout, createCheckout } from "./checkout.ts";

let checkout: Checkout;

beforeEach(async () => {
  checkout = await createCheckout();
});

afterEach(() => checkout.remove());

const write = (name: string, sql = "select 1;") => checkout.write(`supabase/migrations/${name}.sql`, sql);

async function commit(message: string): Promise<void> {
  await checkout.git("add", ".");
  await checkout.git("commit", "-q", "-m", message);
}

async function listFaults(): Promise<string[]> {
  const findings = await findMigrationFaults(checkout.root);
  return findings.map(({ code, file }) => `${code} ${file.replace("supabase/migrations/", "")}`);
}

describe("what a file holds", () => {
  test.each([
    ["a concurrent index alone", "-- big table\ncreate index concurrently a on b (c);", []],
    [
      "case 7: a concurrent index beside something else",
      "create index concurrently a on b (c);\nselect 1;",
      ["MIGRATION_CONCURRENTLY_NOT_ALONE 20260101000000_a.sql"],
    ],
    ["the word in a comment", "comment on table a is 'built concurrently'; select 1;", []],
    [
      "the word in a body",
      "create function f() returns void as $$ create index concurrently $$; select 1;",
      [],
    ],
    [
      "a comment on an extension",
      "comment on extension citext is 'x';",
      ["MIGRATION_NEEDS_SUPERUSER 20260101000000_a.sql"],
    ],
    [
      "a transaction of its own",
      "begin; select 1; commit;",
      ["MIGRATION_ENDS_TRANSACTION 20260101000000_a.sql"],
    ],
    ["a block that begins", "do $$ begin perform 1; commit; end $$;", []],
  ])("%s", async (_, sql, expected) => {
    await write("20260101000000_a", sql);
    expect(await listFaults()).toEqual(expected);
  });
});

test("a file that the push would skip is named", async () => {
  await write("2026_a");
  await checkout.write("supabase/migrations/notes.txt", "");
  expect(await listFaults()).toEqual([
    "MIGRATION_NAME_INVALID 2026_a.sql",
    "MIGRATION_NAME_INVALID notes.txt",
  ]);
});

test("two files with one version are named", async () => {
  await write("20260101000000_a");
  await write("20260101000000_b");
  expect(await listFaults()).toEqual(["MIGRATION_VERSION_TAKEN 20260101000000_b.sql"]);
});

describe("case 8: order of arrival", () => {
  beforeEach(async () => {
    await checkout.git("init", "-q", "-b", "main");
    await write("20260101000000_a");
    await commit("a");
  });

  test("two branches with crossed timestamps: one named fault after the merge", async () => {
    await checkout.git("checkout", "-q", "-b", "older");
    await write("20260102000000_older");
    await commit("older");
    await checkout.git("checkout", "-q", "main");
    await write("20260103000000_newer");
    await commit("newer");
    expect(await listFaults()).toEqual([]);
    await checkout.git("merge", "-q", "--no-edit", "older");
    expect(await listFaults()).toEqual(["MIGRATION_OUT_OF_ORDER 20260102000000_older.sql"]);
    await write("20260104000000_later");
    await commit("later");
    expect(await listFaults()).toEqual(["MIGRATION_OUT_OF_ORDER 20260102000000_older.sql"]);
  });

  test("renamed to a newer timestamp, it is in order", async () => {
    await write("20260103000000_newer");
    await commit("newer");
    await write("20260102000000_older");
    await commit("older");
    await checkout.git(
      "mv",
      "supabase/migrations/20260102000000_older.sql",
      "supabase/migrations/20260104000000_older.sql",
    );
    expect(await listFaults()).toEqual([]);
    await commit("rename");
    expect(await listFaults()).toEqual([]);
  });

  test("one that is not committed yet counts as the last", async () => {
    await write("20251231000000_forgotten");
    expect(await listFaults()).toEqual(["MIGRATION_OUT_OF_ORDER 20251231000000_forgotten.sql"]);
  });

  test("several of one change may have any order", async () => {
    await write("20260103000000_c");
    await write("20260102000000_b");
    await commit("b and c");
    expect(await listFaults()).toEqual([]);
  });
});

test("a folder without a history has no order to keep", async () => {
  await write("20260102000000_b");
  await write("20260101000000_a");
  expect(await listFaults()).toEqual([]);
});
