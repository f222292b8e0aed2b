import { afterAll, beforeAll, expect, test } from "vitest";
import { type ControlPlane, startControlPlane } from "../../fixtures/provisioning/control-plane.ts";
import { createReadyDatabase, drainOnce } from "../../fixtures/provisioning/live-database.ts";

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane.stop());

// Every role may say this of itself; a library that is not there ends each login.
const setting = "set local_preload_libraries = 'missing'";

test.for([
  ["everywhere", ""],
  ["in its database", "in database"],
] as const)("a setting that locks the tenant's role out %s does not outlive a resume", async ([, where]) => {
  const tenant = await plane.createTenant();
  const database = await createReadyDatabase(plane, tenant);
  await plane.atTarget(`alter role ${database.role} ${where && `${where} ${database.name}`} ${setting}`);
  expect((await plane.request(tenant, "suspend", database.id)).ok).toBe(true);
  await drainOnce(plane);

  const requested = await plane.request(tenant, "resume", database.id);
  expect(requested.ok).toBe(true);
  await drainOnce(plane);

  const operation = await plane.readOperation(requested.ok ? requested.value : "");
  expect(operation).toMatchObject({ status: "succeeded", error_code: null });
});

test("nor a creation that is asked for again", async () => {
  const tenant = await plane.createTenant();
  const database = await createReadyDatabase(plane, tenant);
  await plane.atTarget(`alter role ${database.role} ${setting}`);
  await plane.atTarget(`alter role ${database.role} in database ${database.name} ${setting}`);
  await plane.query("update control_plane.tenant_databases set status = 'error' where id = $1", [
    database.id,
  ]);

  const requested = await plane.request(tenant, "create");
  await drainOnce(plane);

  const operation = await plane.readOperation(requested.ok ? requested.value : "");
  expect(operation).toMatchObject({ status: "succeeded", database_id: database.id });
});
