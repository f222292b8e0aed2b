import { fail, type Result } from "../../_shared/errors/result.ts";
import type { Ctx } from "../../_shared/http/ctx.ts";
import { requirePermission } from "./require-permission.ts";
import { readTenant, type Tenant, type TenantEnvironment } from "./tenant.ts";

export interface UpdateTenantInput {
  readonly tenantId: string;
  readonly displayName?: string | undefined;
  readonly slug?: string | undefined;
  readonly environment?: TenantEnvironment | undefined;
}

/** Changes what is given and keeps the rest; needs tenants.update. CONFLICT when another tenant has the slug. */
export async function updateTenant(
  { db, caller }: Pick<Ctx, "db" | "caller">,
  { tenantId, displayName, slug, environment }: UpdateTenantInput,
): Promise<Result<Tenant>> {
  const updated = await db.asCaller(caller, async (tx) => {
    await requirePermission(tx, tenantId, "tenants.update");
    await tx.query(
      `update public.tenants t
       set display_name = coalesce($2, t.display_name), slug = coalesce($3, t.slug),
         environment = coalesce($4, t.environment)
       where t.tenant_id = $1`,
      [tenantId, displayName ?? null, slug ?? null, environment ?? null],
    );
    return readTenant(tx, caller, tenantId);
  });
  // The slug is the only unique value of the three.
  const isSlugTaken = !updated.ok && updated.error.code === "CONFLICT";
  return isSlugTaken ? fail("CONFLICT", { detail: "Another tenant has this slug." }) : updated;
}
