import { afterAll, beforeAll, expect, test } from "vitest";
import { ok } from "../../../functions/_shared/errors/result.ts";
import { type ControlPlane, startControlPlane } from "../../fixtures/provisioning/control-plane.ts";
import {
  canLogIn,
  createLiveDatabase,
  drainAll,
  drainOnce,
} from "../../fixtures/provisioning/live-database.ts";

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane.stop());

test("suspending a tenant closes a database whose last operation failed", async () => {
  const tenant = await plane.createTenant();
  const database = await createLiveDatabase(plane, tenant);
  // As after any failed suspend, resume or delete: what is at the target stays, its login included.
  await plane.query("update control_plane.tenant_databases set status = 'error' where id = $1", [
    database.id,
  ]);
  expect(await canLogIn(plane, database.role)).toBe(true);

  const suspended = await plane.db.asCaller(tenant.owner, async (tx) => {
    await tx.query(
      "select private.set_tenant_suspended(p_tenant_id => $1, p_suspended => true, p_reason => null)",
      [tenant.id],
    );
    return ok(null);
  });
  expect(suspended.ok).toBe(true);
  await drainAll(plane, tenant);

  expect(await canLogIn(plane, database.role)).toBe(false);
});

test("a login that the tenant has changed is open only while its database is active", async () => {
  const tenant = await plane.createTenant();
  const database = await createLiveDatabase(plane, tenant);
  for (const kind of ["suspend", "resume"] as const) {
    expect((await plane.request(tenant, kind, database.id)).ok).toBe(true);
    await drainOnce(plane);
  }
  const { status } = await plane.readDatabase(database.id);
  expect({ status, isOpen: await canLogIn(plane, database.role) }).toEqual({
    status: "active",
    isOpen: true,
  });
});

test("a tenant that its last member has left keeps no open database", async () => {
  const tenant = await plane.createTenant();
  const database = await createLiveDatabase(plane, tenant);
  const left = await plane.db.asCaller(tenant.owner, async (tx) => {
    await tx.query("delete from public.memberships where tenant_id = $1 and user_id = $2", [
      tenant.id,
      tenant.owner.userId,
    ]);
    return ok(null);
  });
  expect(left.ok).toBe(true);
  await drainAll(plane, tenant);

  expect(await canLogIn(plane, database.role)).toBe(false);
});

test("a tenant that the platform suspends keeps no open database", async () => {
  const tenant = await plane.createTenant();
  const database = await createLiveDatabase(plane, tenant);
  await plane.query(
    `update control_plane.tenants set status = 'suspended', suspended_at = now(), suspended_by_platform = true
     where tenant_id = $1`,
    [tenant.id],
  );
  await drainAll(plane, tenant);

  expect(await canLogIn(plane, database.role)).toBe(false);
});
