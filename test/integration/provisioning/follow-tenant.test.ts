import { afterAll, beforeAll, expect, test } from "vitest";
import { createFollowTenant } from "../../../functions/_domains/provisioning/follow-tenant.ts";
import { ok } from "../../../functions/_shared/errors/result.ts";
import type { Job, JobContext } from "../../../functions/_shared/jobs/job.ts";
import {
  type ControlPlane,
  startControlPlane,
  type Tenant,
} from "../../fixtures/provisioning/control-plane.ts";
import { work } from "../../fixtures/provisioning/work.ts";

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane.stop());

const drain = () => work({ db: plane.db, masterKeys: plane.masterKeys });

async function setSuspended(tenant: Tenant, isSuspended: boolean): Promise<void> {
  const done = await plane.db.asCaller(tenant.owner, async (tx) => {
    await tx.query(
      "select private.set_tenant_suspended(p_tenant_id => $1, p_suspended => $2, p_reason => null)",
      [tenant.id, isSuspended],
    );
    return ok(null);
  });
  expect(done.ok).toBe(true);
}

/** Runs the job until it says that all databases agree with the tenant. */
async function follow(tenant: Tenant): Promise<number> {
  const handler = createFollowTenant(() => new Date("2030-01-01T00:00:00Z"));
  const scope = { requestId: "test", tenantId: tenant.id, actorId: null };
  const job = { tenantId: tenant.id } as Job;
  const ctx = { db: plane.db, scope } as JobContext;
  for (let round = 1; ; round += 1) {
    const outcome = await handler(job, ctx);
    if (outcome.kind === "completed") return round;
    expect(outcome).toEqual({ kind: "again", runAt: new Date("2030-01-01T00:00:02Z") });
    await drain();
  }
}

async function readStatuses(tenant: Tenant): Promise<unknown[]> {
  const rows = await plane.query<{ name: string; status: string }>(
    "select name, status from control_plane.tenant_databases where tenant_id = $1 order by name",
    [tenant.id],
  );
  return rows.map((row) => `${row.name} ${row.status}`);
}

test("a suspended tenant's databases close, and on resume only those open that it had closed", async () => {
  const tenant = await plane.createTenant();
  for (const name of ["a", "b", "c"]) {
    await plane.request(tenant, "create", null, name);
    await drain();
  }
  const [b] = await plane.query<{ id: string }>(
    "select id from control_plane.tenant_databases where tenant_id = $1 and name = 'b'",
    [tenant.id],
  );
  await plane.request(tenant, "suspend", b?.id ?? "");
  await drain();

  await setSuspended(tenant, true);
  expect(await follow(tenant)).toBe(3);
  expect(await readStatuses(tenant)).toEqual(["a inactive", "b inactive", "c inactive"]);

  await setSuspended(tenant, false);
  await follow(tenant);
  expect(await readStatuses(tenant)).toEqual(["a active", "b inactive", "c active"]);
});

test("a database whose suspension failed is closed again, not left open in a suspended tenant", async () => {
  const tenant = await plane.createTenant();
  await plane.request(tenant, "create", null, "a");
  await drain();
  await setSuspended(tenant, true);
  await plane.query("select private.follow_tenant($1)", [tenant.id]);
  await plane.query(
    `update public.background_jobs set status = 'failed', error_code = 'TARGET_UNREACHABLE', completed_at = now()
     where tenant_id = $1 and job_type = 'provisioning.run' and status = 'pending'`,
    [tenant.id],
  );
  expect(await readStatuses(tenant)).toEqual(["a error"]);
  // Not at once: what failed for good is left alone for some minutes.
  const [paused] = await plane.query("select private.follow_tenant($1) as is_done", [tenant.id]);
  expect(paused).toEqual({ is_done: false });
  await plane.query(
    "update public.provisioning_operations set finished_at = now() - interval '6 minutes' where tenant_id = $1 and status = 'failed'",
    [tenant.id],
  );
  await follow(tenant);
  expect(await readStatuses(tenant)).toEqual(["a inactive"]);
});

test("a tenant that is gone, or has no databases, is followed at once", async () => {
  const tenant = await plane.createTenant();
  expect(await follow(tenant)).toBe(1);
  await plane.query("delete from control_plane.tenants where tenant_id = $1", [tenant.id]);
  expect(await follow(tenant)).toBe(1);
});
