import { afterAll, beforeAll, expect, test } from "vitest";
import { type ControlPlane, startControlPlane } from "../../fixtures/provisioning/control-plane.ts";
import { createLiveDatabase, drainOnce } from "../../fixtures/provisioning/live-database.ts";
import { queryAt } from "../../fixtures/provisioning/target-cluster.ts";

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane.stop());

test("what another tenant grants to a role, in its own database, does not stop that role's deletion", async () => {
  const [victim, rival] = [await plane.createTenant(), await plane.createTenant()];
  const database = await createLiveDatabase(plane, victim);
  const foreign = await createLiveDatabase(plane, rival);
  await queryAt(
    foreign.url,
    "create table bait (id int)",
    `grant select on bait to ${database.role}`,
    `alter default privileges grant select on tables to ${database.role}`,
    `create policy bait on bait to ${database.role} using (true)`,
  );

  const requested = await plane.request(victim, "delete", database.id);
  expect(requested.ok).toBe(true);
  await drainOnce(plane);

  const operation = await plane.readOperation(requested.ok ? requested.value : "");
  expect(operation).toMatchObject({ status: "succeeded", error_code: null });
});
