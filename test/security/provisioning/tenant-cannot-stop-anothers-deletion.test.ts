import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ControlPlane, startControlPlane } from "../../fixtures/provisioning/control-plane.ts";
import {
  createLiveDatabase,
  drainOnce,
  keepBusy,
  type LiveDatabase,
} from "../../fixtures/provisioning/live-database.ts";
import { queryAt } from "../../fixtures/provisioning/target-cluster.ts";

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane.stop());

interface Attack {
  /** Asks for the deletion of the victim's database and runs it once; answers with the operation as it is then. */
  deleteVictim(): ReturnType<ControlPlane["readOperation"]>;
  readonly victim: LiveDatabase;
  readonly rival: LiveDatabase;
}

async function prepareAttack(): Promise<Attack> {
  const [victim, rival] = [await plane.createTenant(), await plane.createTenant()];
  const database = await createLiveDatabase(plane, victim);
  return {
    victim: database,
    rival: await createLiveDatabase(plane, rival),
    async deleteVictim() {
      const requested = await plane.request(victim, "delete", database.id);
      expect(requested.ok).toBe(true);
      await drainOnce(plane);
      return plane.readOperation(requested.ok ? requested.value : "");
    },
  };
}

const bait = (role: string): string[] => [
  "create table bait (id int)",
  `grant select on bait to ${role}`,
  `alter default privileges grant select on tables to ${role}`,
  `create policy bait on bait to ${role} using (true)`,
];

test("what another tenant grants to a role, in its own database, does not stop that role's deletion", async () => {
  const { victim, rival, deleteVictim } = await prepareAttack();
  await queryAt(rival.url, ...bait(victim.role));
  expect(await deleteVictim()).toMatchObject({ status: "succeeded", error_code: null });
  // What is the rival's is still there, and still the rival's.
  expect(
    await queryAt(rival.url, "select relowner::regrole::text as owner from pg_class where relname = 'bait'"),
  ).toEqual([{ owner: rival.role }]);
});

const locks: readonly (readonly [string, (victim: LiveDatabase) => string])[] = [
  ["the role, by a grant", ({ role }) => `grant select on locked to ${role}`],
  [
    "the database, by a setting",
    ({ name }) => `alter role current_user in database ${name} set work_mem = '1MB'`,
  ],
  ["a table with something granted on it", () => "alter table bait add column more int"],
];

test.each(locks)("nor does a transaction left open that locks %s", async (_what, write) => {
  const { victim, rival, deleteVictim } = await prepareAttack();
  await queryAt(rival.url, ...bait(victim.role), "create table locked ()");
  const session = new pg.Client({ connectionString: rival.url });
  session.on("error", () => undefined);
  await session.connect();
  try {
    await session.query("begin");
    await session.query(write(victim));
    expect(await deleteVictim()).toMatchObject({ status: "succeeded", error_code: null });
  } finally {
    await session.end();
  }
});

const pauses: readonly (readonly [string, string])[] = [
  ["as fast as they can", ""],
  ["in transactions that last", "select pg_sleep(0.2);"],
];

test.each(pauses)("nor do two tenants' sessions that grant to it over and over, %s", async (_how, pause) => {
  const { victim, rival, deleteVictim } = await prepareAttack();
  const accomplice = await createLiveDatabase(plane, await plane.createTenant());
  const tables = Array.from({ length: 12 }, (_, i) => `create table t_${i} ()`);
  const busy = await Promise.all(
    [rival, accomplice].map(async ({ url }) => {
      await queryAt(url, ...tables);
      return keepBusy(url, tables.length, (client, i) =>
        client.query(`begin; grant select on t_${i} to ${victim.role}; ${pause} commit`),
      );
    }),
  );
  try {
    expect(await deleteVictim()).toMatchObject({ status: "succeeded", error_code: null });
  } finally {
    await Promise.all(busy.map((sessions) => sessions.stop()));
  }
});

test("a database that cannot be entered: the deletion says so, and ends when it can", async () => {
  const { victim, rival, deleteVictim } = await prepareAttack();
  await queryAt(rival.url, ...bait(victim.role));
  await plane.atTarget(`alter database ${rival.name} allow_connections false`);
  const waiting = await deleteVictim();
  expect(waiting).toMatchObject({ status: "running", step: "drop_role", error_code: "TARGET_ROLE_IN_USE" });

  await plane.atTarget(`alter database ${rival.name} allow_connections true`);
  await plane.query(
    "update public.background_jobs set available_at = now(), lease_expires_at = case status when 'running' then now() end where resource_id = $1",
    [waiting.id],
  );
  await drainOnce(plane);
  expect(await plane.readOperation(waiting.id)).toMatchObject({ status: "succeeded", error_code: null });
});

test("what a person has given the role in another database is not destroyed", async () => {
  const { victim, rival, deleteVictim } = await prepareAttack();
  const asPerson = plane.cluster.server.urlFor("supabase_admin", rival.name);
  await queryAt(asPerson, "create table kept ()", `alter table kept owner to ${victim.role}`);
  expect(await deleteVictim()).toMatchObject({ error_code: "TARGET_ROLE_IN_USE" });
  expect(await queryAt(asPerson, "select from kept")).toEqual([]);
});
