import type { Caller } from "../../_shared/auth/caller.ts";
import type { Tx } from "../../_shared/db/port.ts";
import { fail, ok, type Result } from "../../_shared/errors/result.ts";

export type TenantEnvironment = "development" | "staging" | "production";

/** A tenant as one of its members sees it. */
export interface Tenant {
  readonly tenantId: string;
  readonly name: string;
  readonly slug: string;
  readonly displayName: string;
  readonly environment: TenantEnvironment;
  readonly status: "active" | "inactive" | "suspended" | "pending";
  /** The tenant that its person got at sign-up. */
  readonly isPersonal: boolean;
  /** The caller's own role. */
  readonly role: string;
  readonly suspendedAt: Date | null;
  readonly suspendedReason: string | null;
  readonly deletionScheduledAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Selects Tenant values; $1 is the caller. Add `where` or `and` after it. */
export const selectTenants = `
  select
    t.tenant_id as "tenantId", t.name, t.slug, t.display_name as "displayName", t.environment, t.status,
    t.is_personal as "isPersonal", m.role, t.suspended_at as "suspendedAt", t.suspended_reason as "suspendedReason",
    t.deletion_scheduled_at as "deletionScheduledAt", t.created_at as "createdAt", t.updated_at as "updatedAt"
  from public.tenants t
  join public.memberships m on m.tenant_id = t.tenant_id and m.user_id = $1`;

/** Reads one tenant of the caller. A foreign one and a missing one are the same NOT_FOUND. */
export async function readTenant(tx: Tx, caller: Caller, tenantId: string): Promise<Result<Tenant>> {
  const [tenant] = await tx.query<Tenant>(`${selectTenants} where t.tenant_id = $2`, [
    caller.userId,
    tenantId,
  ]);
  return tenant === undefined ? fail("NOT_FOUND") : ok(tenant);
}
