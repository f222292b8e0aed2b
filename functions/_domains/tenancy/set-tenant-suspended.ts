import type { Result } from "../../_shared/errors/result.ts";
import type { Ctx } from "../../_shared/http/ctx.ts";
import { readTenant, type Tenant } from "./tenant.ts";

export interface SetTenantSuspendedInput {
  readonly tenantId: string;
  readonly isSuspended: boolean;
  readonly reason?: string | undefined;
}

/**
 * Suspends or resumes a tenant, and queues the same for its databases; needs tenants.suspend. Twice is once.
 * TENANT_INACTIVE for a tenant on its way out, SUSPENDED_BY_PLATFORM for one that only the platform can resume.
 */
export async function setTenantSuspended(
  { db, caller, wakeScheduler }: Pick<Ctx, "db" | "caller" | "wakeScheduler">,
  { tenantId, isSuspended, reason }: SetTenantSuspendedInput,
): Promise<Result<Tenant>> {
  const tenant = await db.asCaller(caller, async (tx) => {
    await tx.query(
      "select private.set_tenant_suspended(p_tenant_id => $1, p_suspended => $2, p_reason => $3)",
      [tenantId, isSuspended, reason ?? null],
    );
    return readTenant(tx, caller, tenantId);
  });
  if (tenant.ok) wakeScheduler();
  return tenant;
}
