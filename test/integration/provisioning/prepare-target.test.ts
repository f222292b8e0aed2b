import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { bootstrapTarget } from "../../../dev/platform/bootstrap.ts";
import type { PostgresServer } from "../../../dev/postgres/start-postgres.ts";
import { startThrowawayServer } from "../../../dev/postgres/throwaway.ts";
import {
  prepareTarget,
  readSystemIdentifier,
} from "../../../functions/_domains/provisioning/postgres/prepare-target.ts";
import { Secret } from "../../../functions/_shared/crypto/secret.ts";
import { openPostgres } from "../../../functions/_shared/egress/open-postgres.ts";
import type { PostgresSession } from "../../../functions/_shared/egress/postgres-port.ts";
import { queryAt } from "../../fixtures/provisioning/target-cluster.ts";

let server: PostgresServer;
let session: PostgresSession;
const free = { forbiddenSystemIdentifier: "0" };

beforeAll(async () => {
  server = await startThrowawayServer();
  await bootstrapTarget(server);
});
afterAll(() => server.stop());

beforeEach(async () => {
  session = await openPostgres(new Secret(server.urlFor("postgres", "postgres")));
});
afterEach(() => session.close());

function asSuperuser(...statements: string[]) {
  return queryAt(server.urlFor("supabase_admin", "postgres"), ...statements);
}

test("the cluster that holds Gantry is refused, and left as it is", async () => {
  const identifier = await readSystemIdentifier(session);
  expect(identifier).toMatch(/^\d{15,20}$/);
  await expect(prepareTarget(session, { forbiddenSystemIdentifier: identifier })).rejects.toMatchObject({
    code: "SAME_CLUSTER",
  });
  expect(await asSuperuser("select from pg_database where datname = 'gantry_template'")).toEqual([]);
});

test("a database that PUBLIC may enter makes the target unfit", async () => {
  await asSuperuser("create database somebody_elses");
  await expect(prepareTarget(session, free)).rejects.toMatchObject({ code: "TARGET_NOT_LOCKED_DOWN" });
  await asSuperuser("drop database somebody_elses");
});

test("an admin whose revoke does nothing (a mere warning) is caught by the read-back", async () => {
  await asSuperuser(
    "alter database template1 owner to supabase_admin",
    "grant connect on database template1 to public",
  );
  await expect(prepareTarget(session, free)).rejects.toMatchObject({ code: "TARGET_NOT_LOCKED_DOWN" });
  await asSuperuser("alter database template1 owner to postgres");
});

test("prepared twice: a template that takes no connections, and no open database", async () => {
  const first = await prepareTarget(session, free);
  expect(await prepareTarget(session, free)).toBe(first);
  expect(
    await asSuperuser(
      `select datname, datistemplate, datallowconn from pg_database
       where datname = 'gantry_template'
         or has_database_privilege('pg_checkpoint', oid, 'CONNECT') and datallowconn order by 1`,
    ),
  ).toEqual([{ datname: "gantry_template", datistemplate: true, datallowconn: false }]);
});

test("an admin who may not create roles is refused before anything is made", async () => {
  await asSuperuser(
    "create role weak login createdb password 'weak-but-long'",
    "grant connect on database postgres to weak",
  );
  const weak = await openPostgres(
    new Secret(`postgresql://weak:weak-but-long@${server.host}:${server.port}/postgres`),
  );
  await expect(prepareTarget(weak, free)).rejects.toMatchObject({ code: "TARGET_UNSUPPORTED" });
  await weak.close();
});

test("a cluster with prepared transactions is refused: they keep locks that nobody could end", async () => {
  const prepared = await startThrowawayServer({ settings: { max_prepared_transactions: "5" } });
  try {
    await bootstrapTarget(prepared);
    const there = await openPostgres(new Secret(prepared.urlFor("postgres", "postgres")));
    await expect(prepareTarget(there, free)).rejects.toMatchObject({ code: "TARGET_UNSUPPORTED" });
    await there.close();
  } finally {
    await prepared.stop();
  }
});
