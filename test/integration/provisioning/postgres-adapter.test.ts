import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Secret } from "../../../functions/_shared/crypto/secret.ts";
import { openPostgres } from "../../../functions/_shared/egress/open-postgres.ts";
import type { OpenPostgres } from "../../../functions/_shared/egress/postgres-port.ts";
import {
  createSteps,
  deleteSteps,
  inventDatabase,
  queryAt,
  runSteps,
  startTargetCluster,
  type TargetCluster,
} from "../../fixtures/provisioning/target-cluster.ts";

let cluster: TargetCluster;

beforeAll(async () => {
  cluster = await startTargetCluster();
});
afterAll(() => cluster.server.stop());

function atTarget<Row extends pg.QueryResultRow>(...statements: string[]): Promise<Row[]> {
  return queryAt<Row>(cluster.server.urlFor("supabase_admin", "postgres"), ...statements);
}

async function countLeftovers(names: { database: string; role: string }): Promise<number> {
  const [row] = await atTarget<{ count: number }>(
    `select (select count(*) from pg_database where datname = '${names.database}')::int
       + (select count(*) from pg_roles where rolname = '${names.role}')::int as count`,
  );
  return row?.count ?? -1;
}

test("a new tenant database: its login works, owns schema public and makes tables", async () => {
  const target = inventDatabase(cluster.server);
  await runSteps(cluster, target, createSteps);
  const rows = await queryAt(
    target.connectionString.reveal(),
    "create table notes (id int primary key, body text)",
    "insert into notes values (1, 'first')",
    "select body from notes",
  );
  expect(rows).toEqual([{ body: "first" }]);
});

test("the admin keeps the database: exactly the tenant's three rights beside the owner's", async () => {
  const target = inventDatabase(cluster.server);
  await runSteps(cluster, target, createSteps);
  const rows = await atTarget(
    `select datdba::regrole::text as owner, datacl::text as acl, datallowconn, datconnlimit
     from pg_database where datname = '${target.database}'`,
  );
  expect(rows).toEqual([
    {
      owner: "postgres",
      acl: `{postgres=CTc/postgres,${target.role}=CTc/postgres}`,
      datallowconn: true,
      datconnlimit: -1,
    },
  ]);
  const [role] = await atTarget(
    `select rolcanlogin, rolconnlimit, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls
     from pg_roles where rolname = '${target.role}'`,
  );
  expect(role).toEqual({
    rolcanlogin: true,
    rolconnlimit: 20,
    rolsuper: false,
    rolcreatedb: false,
    rolcreaterole: false,
    rolreplication: false,
    rolbypassrls: false,
  });
});

test("every step run twice, in order and each on its own, changes nothing the second time", async () => {
  const target = inventDatabase(cluster.server);
  for (const step of createSteps) {
    await runSteps(cluster, target, [step]);
    await runSteps(cluster, target, [step]);
  }
  await queryAt(target.connectionString.reveal(), "create table kept ()");
  await runSteps(cluster, target, createSteps);
  expect(await queryAt(target.connectionString.reveal(), "select count(*)::int from kept")).toEqual([
    { count: 0 },
  ]);
  for (const step of deleteSteps) {
    await runSteps(cluster, target, [step]);
    await runSteps(cluster, target, [step]);
  }
  expect(await countLeftovers(target)).toBe(0);
});

test("the password goes to the target as a verifier, never as itself", async () => {
  const target = inventDatabase(cluster.server);
  const sent: string[] = [];
  const listening: OpenPostgres = async (url) => {
    const session = await openPostgres(url);
    return {
      query: (text, params) => {
        sent.push(JSON.stringify([text, params]));
        return session.query(text, params);
      },
      close: session.close,
    };
  };
  await runSteps(cluster, target, createSteps, listening);
  expect(sent.some((statement) => statement.includes("create role"))).toBe(true);
  expect(sent.join("\n")).not.toContain(new URL(target.connectionString.reveal()).password);
});

test("suspend ends open sessions and refuses new ones; resume lets the same login in again", async () => {
  const target = inventDatabase(cluster.server);
  await runSteps(cluster, target, createSteps);
  const client = new pg.Client({ connectionString: target.connectionString.reveal() });
  const isEnded = new Promise((resolve) => client.on("error", resolve));
  await client.connect();
  await runSteps(cluster, target, ["close_logins", "terminate_connections"]);
  expect(await isEnded).toMatchObject({ code: "57P01" });
  await expect(queryAt(target.connectionString.reveal(), "select 1")).rejects.toMatchObject({
    code: "28000",
  });
  await runSteps(cluster, target, ["open_logins", "verify_login"]);
  expect(await queryAt(target.connectionString.reveal(), "select 1 as one")).toEqual([{ one: 1 }]);
});

test("delete takes the database with whoever is in it, and the role; twenty sessions do not stop it", async () => {
  const target = inventDatabase(cluster.server);
  await runSteps(cluster, target, createSteps);
  const clients = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const client = new pg.Client({ connectionString: target.connectionString.reveal() });
      client.on("error", () => undefined);
      await client.connect();
      return client;
    }),
  );
  await expect(queryAt(target.connectionString.reveal(), "select 1")).rejects.toMatchObject({
    code: "53300",
  });
  await runSteps(cluster, target, deleteSteps);
  expect(await countLeftovers(target)).toBe(0);
  await Promise.all(clients.map((client) => client.end()));
});

test("a tenant that dropped its schema public can still be deleted, suspended and adopted", async () => {
  const target = inventDatabase(cluster.server);
  await runSteps(cluster, target, createSteps);
  await queryAt(target.connectionString.reveal(), "drop schema public cascade");
  await runSteps(cluster, target, createSteps);
  expect(await queryAt(target.connectionString.reveal(), "create table public.t ()")).toEqual([]);
  await runSteps(cluster, target, deleteSteps);
  expect(await countLeftovers(target)).toBe(0);
});

describe("a target that says yes and does nothing is caught by the read-back", () => {
  /** Answers as if it had run the matching statements, and drops them. */
  function lying(pattern: RegExp): OpenPostgres {
    return async (url) => {
      const session = await openPostgres(url);
      return {
        query: (text, params) => (pattern.test(text) ? Promise.resolve([]) : session.query(text, params)),
        close: session.close,
      };
    };
  }

  test.each([
    ["the revoke from public", /^revoke/, createSteps, "TARGET_NOT_LOCKED_DOWN"],
    ["the grant to the tenant", /^grant/, createSteps, "TARGET_NOT_LOCKED_DOWN"],
    ["the change of the schema's owner", /^alter schema/, createSteps, "TARGET_NOT_LOCKED_DOWN"],
    ["the new role", /^create role/, createSteps, "TARGET_OBJECT_MISSING"],
    ["the new database", /^create database/, createSteps, "TARGET_FAULT"],
  ] as const)("%s", async (_name, pattern, steps, code) => {
    const target = inventDatabase(cluster.server);
    await expect(runSteps(cluster, target, steps, lying(pattern))).rejects.toMatchObject({ code });
    // The same again with a target that has come to its senses: nothing stands in the way.
    await runSteps(cluster, target, createSteps);
  });

  test.each([
    ["nologin", /nologin/, ["close_logins"], "TARGET_NOT_LOCKED_DOWN"],
    [
      "drop database",
      /^drop database/,
      ["close_logins", "terminate_connections", "drop_database"],
      "TARGET_FAULT",
    ],
    ["drop role", /^drop role/, deleteSteps, "TARGET_FAULT"],
  ] as const)("%s", async (_name, pattern, steps, code) => {
    const target = inventDatabase(cluster.server);
    await runSteps(cluster, target, createSteps);
    await expect(runSteps(cluster, target, steps, lying(pattern))).rejects.toMatchObject({ code });
  });
});

test("a role or a database of the same name that somebody else made is left alone", async () => {
  const target = inventDatabase(cluster.server);
  await atTarget(`create role ${target.role}`);
  await expect(runSteps(cluster, target, ["create_role"])).rejects.toMatchObject({
    code: "TARGET_NAME_CONFLICT",
  });
  await expect(runSteps(cluster, target, ["drop_role"])).rejects.toMatchObject({
    code: "TARGET_NAME_CONFLICT",
  });
  await atTarget(`create database ${target.database}`);
  for (const step of ["create_database", "lock_down_database", "drop_database"] as const) {
    await expect(runSteps(cluster, target, [step])).rejects.toMatchObject({ code: "TARGET_NAME_CONFLICT" });
  }
  expect(await countLeftovers(target)).toBe(2);
  await atTarget(`drop database ${target.database}`, `drop role ${target.role}`);
});

test("what a killed DROP DATABASE leaves is dropped, and made anew by a create", async () => {
  const target = inventDatabase(cluster.server);
  const markAsBroken = `update pg_database set datconnlimit = -2 where datname = '${target.database}'`;
  await runSteps(cluster, target, createSteps);
  await atTarget(markAsBroken);
  await runSteps(cluster, target, createSteps);
  expect(await queryAt(target.connectionString.reveal(), "select 1 as one")).toEqual([{ one: 1 }]);
  await atTarget(markAsBroken);
  await runSteps(cluster, target, deleteSteps);
  expect(await countLeftovers(target)).toBe(0);
});

test("between create and lock-down nobody can enter the new database, not even for a moment", async () => {
  const target = inventDatabase(cluster.server);
  const neighbour = inventDatabase(cluster.server);
  await runSteps(cluster, neighbour, createSteps);
  await runSteps(cluster, target, ["create_role", "create_database"]);
  const door = new URL(neighbour.connectionString.reveal());
  door.pathname = `/${target.database}`;
  await expect(queryAt(door.href, "select 1")).rejects.toMatchObject({ code: "55000" });
  await runSteps(cluster, target, createSteps);
  await expect(queryAt(door.href, "select 1")).rejects.toMatchObject({ code: "42501" });
});

test("two workers on one database: the second waits, then says that the target is busy", async () => {
  const target = inventDatabase(cluster.server);
  const impatient: OpenPostgres = (url) => openPostgres(url, { lockTimeoutMs: 200 });
  const { createPostgresAdapter } = await import(
    "../../../functions/_domains/provisioning/postgres/create-postgres-adapter.ts"
  );
  const first = await createPostgresAdapter({ openPostgres }).begin(cluster.adminUrl, target);
  await expect(runSteps(cluster, target, ["create_role"], impatient)).rejects.toMatchObject({
    code: "TARGET_BUSY",
    isRetryable: true,
  });
  // Another tenant's database is not held up.
  await runSteps(cluster, inventDatabase(cluster.server), ["create_role"], impatient);
  await first.close();
  await runSteps(cluster, target, ["create_role"], impatient);
});

test("a frozen worker's session is ended by the server, and with it the lock", async () => {
  const target = inventDatabase(cluster.server);
  const { createPostgresAdapter } = await import(
    "../../../functions/_domains/provisioning/postgres/create-postgres-adapter.ts"
  );
  const short: OpenPostgres = (url) => openPostgres(url, { idleTimeoutMs: 1_000 });
  const frozen = await createPostgresAdapter({ openPostgres: short }).begin(cluster.adminUrl, target);
  await runSteps(cluster, target, [...createSteps, ...deleteSteps]);
  await expect(frozen.run("create_role")).rejects.toMatchObject({ code: "TARGET_UNREACHABLE" });
  expect(await countLeftovers(target)).toBe(0);
  await frozen.close();
});

test("a target that is not there, a wrong password, a wrong database: named, and nothing of the URL in the error", async () => {
  const target = inventDatabase(cluster.server);
  const good = cluster.adminUrl.reveal();
  const wrongs: [string, string, boolean][] = [
    [good.replace(`:${cluster.server.port}/`, ":1/"), "TARGET_UNREACHABLE", true],
    ["postgresql://postgres:hunter2secret@no-such-host.invalid:5432/postgres", "TARGET_UNREACHABLE", true],
    [good.replace(/:[^:@]+@/, ":hunter2secret@"), "TARGET_REFUSED", false],
    [good.replace(/\/postgres$/, "/no_such_database"), "TARGET_REFUSED", false],
  ];
  for (const [url, code, isRetryable] of wrongs) {
    const caught: unknown = await runSteps({ ...cluster, adminUrl: new Secret(url) }, target, [
      "create_role",
    ]).catch((error: unknown) => error);
    expect(caught).toMatchObject({ code, isRetryable });
    const { username, password, hostname } = new URL(url);
    const said = `${String(caught)} ${(caught as Error).stack} ${JSON.stringify(caught)}`;
    for (const secret of [password, hostname, `${username}:`]) expect(said).not.toContain(secret);
    expect((caught as Error).cause).toBeUndefined();
  }
});
