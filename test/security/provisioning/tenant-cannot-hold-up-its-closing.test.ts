import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ControlPlane, startControlPlane } from "../../fixtures/provisioning/control-plane.ts";
import {
  canLogIn,
  createLiveDatabase,
  drainOnce,
  keepBusy,
} from "../../fixtures/provisioning/live-database.ts";

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane.stop());

test.for(["suspend", "delete"] as const)(
  "an open transaction that has changed the tenant's own role does not stop %s",
  { timeout: 60_000 },
  async (kind) => {
    const tenant = await plane.createTenant();
    const database = await createLiveDatabase(plane, tenant);
    const session = new pg.Client({ connectionString: database.url });
    session.on("error", () => undefined);
    await session.connect();
    try {
      await session.query("begin");
      await session.query("alter role current_user password 'never-committed'");

      const requested = await plane.request(tenant, kind, database.id);
      expect(requested.ok).toBe(true);
      await drainOnce(plane);

      const operation = await plane.readOperation(requested.ok ? requested.value : "");
      expect(operation).toMatchObject({ status: "succeeded", error_code: null });
      expect(await canLogIn(plane, database.role)).toBe(false);
      await expect(session.query("select 1")).rejects.toThrow();
    } finally {
      await session.end();
    }
  },
);

test.for(["suspend", "delete"] as const)(
  "nor do sessions that change the role over and over, and come back when they are ended, stop %s",
  { timeout: 60_000 },
  async (kind) => {
    const tenant = await plane.createTenant();
    const database = await createLiveDatabase(plane, tenant);
    const busy = keepBusy(database.url, 6, (client) =>
      client.query(
        "alter role current_user password 'the-tenants-own'; alter role current_user set work_mem = '1MB'",
      ),
    );
    try {
      const requested = await plane.request(tenant, kind, database.id);
      await drainOnce(plane);
      const operation = await plane.readOperation(requested.ok ? requested.value : "");
      expect(operation).toMatchObject({ status: "succeeded", error_code: null });
      expect(await canLogIn(plane, database.role)).toBe(false);
      const left = await plane.atTarget("select from pg_stat_activity where usename = $1", [database.role]);
      expect(left).toEqual([]);
    } finally {
      await busy.stop();
    }
  },
);
