import { afterAll, beforeAll, expect, test } from "vitest";
import { Secret } from "../../../functions/_shared/crypto/secret.ts";
import { openPostgres } from "../../../functions/_shared/egress/open-postgres.ts";
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

/** A function that, when somebody else calls it, makes a role that may make roles. */
const plant = (schema: string, role: string, intruder: string): string[] => [
  `create schema if not exists ${schema}`,
  `create function ${schema}.plant(oid, int4) returns boolean language plpgsql as $$
   begin
     if current_user <> '${role}' and to_regrole('${intruder}') is null then
       execute 'create role ${intruder} login createrole createdb';
     end if;
     return $1 operator(pg_catalog.=) $2::oid;
   end $$`,
  `create operator ${schema}.= (leftarg = oid, rightarg = int4, function = ${schema}.plant)`,
];

test.for([
  ["public", "intruder_public"],
  // "$user" of the admin's search_path.
  ["postgres", "intruder_user"],
] as const)(
  "a step repeated in a tenant's database runs nothing the tenant left in schema %s",
  async ([schema, intruder]) => {
    const target = inventDatabase(cluster.server);
    await runSteps(cluster, target, createSteps);
    await queryAt(target.connectionString.reveal(), ...plant(schema, target.role, intruder));

    await runSteps(cluster, target, createSteps);

    const found = await queryAt(
      cluster.server.urlFor("supabase_admin", "postgres"),
      `select rolname from pg_roles where rolname = '${intruder}'`,
    );
    expect(found).toEqual([]);
  },
);

test("nor does taking back, in a tenant's database, what it granted to a role that is deleted", async () => {
  const [victim, rival] = [inventDatabase(cluster.server), inventDatabase(cluster.server)];
  await runSteps(cluster, victim, createSteps);
  await runSteps(cluster, rival, createSteps);
  await queryAt(
    rival.connectionString.reveal(),
    ...["public", "postgres"].flatMap((schema) => plant(schema, rival.role, "intruder_deletion")),
    "create table bait (id int)",
    `grant select on bait to ${victim.role}`,
    `create policy bait on bait to ${victim.role} using (true)`,
  );

  await runSteps(cluster, victim, deleteSteps);

  const found = await queryAt(
    cluster.server.urlFor("supabase_admin", "postgres"),
    `select rolname from pg_roles where rolname in ('intruder_deletion', '${victim.role}')`,
  );
  expect(found).toEqual([]);
});

const asked: readonly (readonly [string, string])[] = [
  ["says nothing", ""],
  ["asks for another path", "?options=-c%20search_path%3Dpublic"],
  ["asks for another path and for something else", "?options=-csearch_path=public+-c+work_mem%3D8MB"],
];

test.each(asked)(
  "every session looks up names in pg_catalog alone, where its URL %s",
  async (_what, search) => {
    const session = await openPostgres(new Secret(cluster.adminUrl.reveal() + search));
    try {
      const rows = await session.query(
        "select current_setting('search_path') as path, current_schemas(true) as schemas",
      );
      expect(rows).toEqual([{ path: "pg_catalog", schemas: "{pg_catalog}" }]);
      const [kept] = await session.query<{ memory: string }>("select current_setting('work_mem') as memory");
      expect(kept?.memory).toBe(search.includes("work_mem") ? "8MB" : "4MB");
    } finally {
      await session.close();
    }
  },
);

test("a tenant's setting for its login changes nothing in Gantry's look at it", async () => {
  const target = inventDatabase(cluster.server);
  await runSteps(cluster, target, createSteps);
  await queryAt(
    target.connectionString.reveal(),
    "create function public.has_database_privilege(name, text) returns boolean language sql return false",
    "alter role current_user set search_path = public, pg_catalog",
  );
  await runSteps(cluster, target, ["verify_login"]);
});
