import { fileURLToPath } from "node:url";
import pg from "pg";
import { expect, test } from "vitest";
import { bootstrapPlatform } from "../../dev/platform/bootstrap.ts";
import { withThrowawayServer } from "../../dev/postgres/throwaway.ts";
import { buildFromDesiredState } from "../../scripts/db/build-databases.ts";
import { findDrift } from "../../scripts/db/find-drift.ts";
import { loadDesiredState } from "../../scripts/db/load-desired-state.ts";
import { readAccess } from "../../scripts/db/read-access.ts";
import { withTwoServers } from "../../scripts/db/with-two-servers.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/schema/${name}/`, import.meta.url));

test("the order of the files does not matter: shuffled loads are equal in schema and access", async () => {
  await withTwoServers(async (first, second) => {
    const [sorted, shuffled] = await Promise.all([
      buildFromDesiredState(first, "sorted"),
      buildFromDesiredState(second, "shuffled_1", { shuffleSeed: 1 }),
    ]);
    const other = await buildFromDesiredState(second, "shuffled_2", { shuffleSeed: 20_261_201 });
    expect(await findDrift(sorted, shuffled)).toEqual([]);
    expect(await findDrift(shuffled, other)).toEqual([]);
    expect((await readAccess(sorted)).length).toBeGreaterThan(200);
  });
});

test("a file that never loads is named with what Postgres said, and nothing of the others stays", async () => {
  await withThrowawayServer(async (server) => {
    await bootstrapPlatform(server, { database: "postgres", defaultPrivileges: "new" });
    const url = server.urlFor("postgres", "postgres");
    const loading = loadDesiredState(url, { root: fixture("broken") });
    await expect(loading).rejects.toThrow(
      /^these files never load:\npolicies\/nowhere\.sql: relation "public\.nowhere" does not exist$/,
    );
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const result = await client.query("select to_regclass('public.first') as first");
      expect(result.rows).toEqual([{ first: null }]);
    } finally {
      await client.end();
    }
  });
});
