import { afterAll, beforeAll, expect, test } from "vitest";
import {
  createSteps,
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
