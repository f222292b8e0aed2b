import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createSteps,
  inventDatabase,
  queryAt,
  runSteps,
  startTargetCluster,
  type TargetCluster,
} from "../fixtures/provisioning/target-cluster.ts";

type Tenant = ReturnType<typeof inventDatabase>;
let cluster: TargetCluster;
let mine: Tenant;
let theirs: Tenant;

beforeAll(async () => {
  cluster = await startTargetCluster();
  mine = inventDatabase(cluster.server);
  theirs = inventDatabase(cluster.server);
  await runSteps(cluster, mine, createSteps);
  await runSteps(cluster, theirs, createSteps);
  await queryAt(
    theirs.connectionString.reveal(),
    "create table secrets (body text)",
    "insert into secrets values ('theirs')",
    "grant select on secrets to public",
  );
});
afterAll(() => cluster.server.stop());

function atDatabase(tenant: Tenant, database: string): string {
  const url = new URL(tenant.connectionString.reveal());
  url.pathname = `/${database}`;
  return url.href;
}

describe("a tenant's role can connect to its own database and nowhere else", () => {
  test("its own", async () => {
    expect(await queryAt(mine.connectionString.reveal(), "select current_database() as name")).toEqual([
      { name: mine.database },
    ]);
  });

  const others: readonly (readonly [string, () => string, string])[] = [
    ["postgres", () => "postgres", "42501"],
    ["template1", () => "template1", "42501"],
    ["template0", () => "template0", "55000"],
    ["gantry_template", () => "gantry_template", "55000"],
    ["another tenant's database", () => theirs.database, "42501"],
  ];

  test.each(others)("not %s", async (_name, database, code) => {
    await expect(queryAt(atDatabase(mine, database()), "select 1")).rejects.toMatchObject({ code });
  });

  test("every database of the cluster, one by one: one door opens", async () => {
    const rows = await queryAt<{ name: string }>(
      cluster.server.urlFor("supabase_admin", "postgres"),
      "select datname as name from pg_database order by 1",
    );
    const open: string[] = [];
    for (const { name } of rows) {
      const isOpen = await queryAt(atDatabase(mine, name), "select 1").then(
        () => true,
        () => false,
      );
      if (isOpen) open.push(name);
    }
    expect(open).toEqual([mine.database]);
    expect(rows.length).toBeGreaterThanOrEqual(6);
  });

  test("not as a replica either", async () => {
    await expect(
      queryAt(`${mine.connectionString.reveal()}?replication=database`, "IDENTIFY_SYSTEM"),
    ).rejects.toMatchObject({ code: "42501" });
  });
});

describe("a tenant's role cannot widen what it has", () => {
  const refused: readonly (readonly [string, () => string])[] = [
    ["create a role", () => "create role evil login"],
    ["create a database", () => "create database evil"],
    ["drop its own database", () => `drop database ${mine.database}`],
    ["rename its own database", () => `alter database ${mine.database} rename to evil`],
    ["give its own database away", () => `alter database ${mine.database} owner to ${mine.role}`],
    ["make its own database a template", () => `alter database ${mine.database} is_template true`],
    ["close its own database to the admin", () => `alter database ${mine.database} allow_connections false`],
    ["set a limit on its own database", () => `alter database ${mine.database} connection limit 1`],
    ["lift its own connection limit", () => `alter role ${mine.role} connection limit 1000`],
    ["make itself a superuser", () => `alter role ${mine.role} superuser`],
    ["let itself create roles", () => `alter role ${mine.role} createrole`],
    ["become the admin", () => "set role postgres"],
    ["become the superuser", () => "set session authorization supabase_admin"],
    ["become another tenant", () => `set role ${theirs.role}`],
    ["join the admin", () => `grant postgres to ${mine.role}`],
    ["join another tenant", () => `grant ${theirs.role} to ${mine.role}`],
    ["pull the admin into its own role", () => `grant ${mine.role} to ${theirs.role}`],
    ["change the admin's password", () => "alter role postgres password 'x'"],
    ["read password hashes", () => "select * from pg_authid"],
    ["read password hashes by the view", () => "select * from pg_shadow"],
    ["read a file of the server", () => "select pg_read_file('postgresql.conf')"],
    ["run a program on the server", () => "copy (select 1) to program 'id'"],
    ["write a file on the server", () => "copy (select 1) to '/tmp/evil'"],
    ["make an untrusted extension", () => "create extension file_fdw"],
    ["change a server setting", () => "alter system set log_statement = 'all'"],
    ["preload code for its sessions", () => `alter role ${mine.role} set session_preload_libraries = 'evil'`],
    [
      "end another tenant's session",
      () => `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'supabase_admin'`,
    ],
    ["ship its changes out", () => "select pg_create_logical_replication_slot('evil', 'pgoutput')"],
    ["make a tablespace", () => "create tablespace evil location '/tmp/evil'"],
  ];

  test.each(refused)("%s", async (_name, statement) => {
    // A session of the superuser, so that there is something to end.
    const other = new pg.Client({ connectionString: cluster.server.urlFor("supabase_admin", "postgres") });
    await other.connect();
    try {
      await expect(queryAt(mine.connectionString.reveal(), statement())).rejects.toMatchObject({
        code: "42501",
      });
    } finally {
      await other.end();
    }
  });

  test.each([
    ["open its own database to everybody", () => `grant connect on database ${mine.database} to public`],
    [
      "open its own database to another tenant",
      () => `grant all on database ${mine.database} to ${theirs.role}`,
    ],
    ["open another tenant's database", () => `grant connect on database ${theirs.database} to ${mine.role}`],
    ["open postgres", () => `grant connect on database postgres to ${mine.role}`],
  ] as const)("%s: Postgres only warns, and nothing has changed", async (_name, statement) => {
    const acls = () =>
      queryAt(
        cluster.server.urlFor("supabase_admin", "postgres"),
        "select datname, datacl::text from pg_database order by 1",
      );
    const before = await acls();
    await queryAt(mine.connectionString.reveal(), statement()).catch((error: unknown) => {
      expect(error).toMatchObject({ code: "42501" });
    });
    expect(await acls()).toEqual(before);
  });
});

test("a tenant that changes its own password locks itself out, not Gantry: the sealed one is set again", async () => {
  const tenant = inventDatabase(cluster.server);
  await runSteps(cluster, tenant, createSteps);
  await queryAt(tenant.connectionString.reveal(), `alter role ${tenant.role} password 'changed'`);
  await expect(queryAt(tenant.connectionString.reveal(), "select 1")).rejects.toMatchObject({
    code: "28P01",
  });
  await runSteps(cluster, tenant, createSteps);
  expect(await queryAt(tenant.connectionString.reveal(), "select 1 as one")).toEqual([{ one: 1 }]);
});
