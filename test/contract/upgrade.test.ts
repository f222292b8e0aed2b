import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bootstrapPlatform } from "../../dev/platform/bootstrap.ts";
import type { PostgresServer } from "../../dev/postgres/start-postgres.ts";
import { startThrowawayServer } from "../../dev/postgres/throwaway.ts";
import { applyMigrations } from "../../scripts/db/apply-migrations.ts";
import { buildFromMigrations } from "../../scripts/db/build-databases.ts";
import { findDrift } from "../../scripts/db/find-drift.ts";
import { listMigrations } from "../../scripts/db/migration-files.ts";
import { signUp } from "../helpers/people.ts";

const config = fileURLToPath(new URL("../../supabase/config.toml", import.meta.url));
/** What an earlier release had; everything after it is the upgrade. */
const previousCount = 2;

let servers: PostgresServer[] = [];
let previousRoot: string;
let upgraded: { readonly url: string; readonly adminUrl: string };
let freshUrl: string;

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** A checkout of the earlier release, as far as `db push` reads it. */
async function writePreviousRelease(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "gantry-previous-"));
  await mkdir(join(root, "supabase/migrations"), { recursive: true });
  await cp(config, join(root, "supabase/config.toml"));
  for (const { path, fileName } of (await listMigrations()).slice(0, previousCount)) {
    await cp(path, join(root, "supabase/migrations", fileName));
  }
  return root;
}

/** Rows of reference, without what differs by nature. */
const readReference = (url: string) =>
  Promise.all(
    [
      "select name, rank, description from public.roles order by 1",
      "select name, description, works_while_suspended from public.permissions order by 1",
      "select role, permission, works_while_suspended from public.role_permissions order by 1, 2",
      "select name, slug, is_default from public.environment_types where tenant_id is null order by 1",
      "select table_name, column_name, treatment from private.audit_columns order by 1, 2",
      "select version, name from supabase_migrations.schema_migrations order by 1",
    ].map((text) => query(url, text)),
  );

beforeAll(async () => {
  servers = await Promise.all([startThrowawayServer(), startThrowawayServer()]);
  const [old, fresh] = servers;
  if (old === undefined || fresh === undefined) throw new Error("no servers");
  previousRoot = await writePreviousRelease();
  // An older project, too: it began with everything granted to the API roles.
  await bootstrapPlatform(old, { database: "postgres", defaultPrivileges: "legacy" });
  upgraded = { url: old.urlFor("postgres", "postgres"), adminUrl: old.urlFor("supabase_admin", "postgres") };
  await applyMigrations(upgraded.url, { root: previousRoot, hasSeed: false });
  freshUrl = await buildFromMigrations(fresh, "postgres", { hasSeed: false });
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  if (previousRoot !== undefined) await rm(previousRoot, { recursive: true, force: true });
});

describe("a database of the previous release", () => {
  let person: string;

  test("has the earlier migrations only, and people in it", async () => {
    const versions = await query(upgraded.url, "select version from supabase_migrations.schema_migrations");
    expect(versions).toHaveLength(previousCount);
    const client = new pg.Client({ connectionString: upgraded.adminUrl });
    await client.connect();
    person = (await signUp(client, { fullName: "Ada" })).id;
    await client.end();
  });

  test("pushed to this release, is what a new installation is: schema, access, reference data", async () => {
    await applyMigrations(upgraded.url, { hasSeed: false });
    expect(await findDrift(upgraded.url, freshUrl)).toEqual([]);
    expect(await readReference(upgraded.url)).toEqual(await readReference(freshUrl));
  });

  test("keeps who was there; a sign-up that could not be finished then is finished by the housekeeping", async () => {
    await query(upgraded.url, "select private.repair_signups()");
    expect(
      await query(
        upgraded.url,
        `select u.full_name as name, count(m.id)::int as tenants from public.users u
         left join public.memberships m on m.user_id = u.id where u.id = '${person}' group by u.id`,
      ),
    ).toEqual([{ name: "Ada", tenants: 1 }]);
  });

  test("pushed again, stays as it is", async () => {
    const before = await query(
      upgraded.url,
      "select * from supabase_migrations.schema_migrations order by version",
    );
    await applyMigrations(upgraded.url, { hasSeed: false });
    expect(
      await query(upgraded.url, "select * from supabase_migrations.schema_migrations order by version"),
    ).toEqual(before);
  });
});

test("the release before this one refuses a database that is ahead of it, and changes nothing", async () => {
  await expect(applyMigrations(upgraded.url, { root: previousRoot, hasSeed: false })).rejects.toThrow(
    /migrations failed: /,
  );
  expect(await findDrift(upgraded.url, freshUrl)).toEqual([]);
});
