import type { Tx } from "../../_shared/db/port.ts";

/**
 * Ends the transaction unless the caller holds the permission in the tenant the request acts in: FORBIDDEN for its
 * members, NOT_FOUND for everybody else. Row security asks the same again; this tells the two apart.
 */
export async function requirePermission(tx: Tx, tenantId: string, permission: string): Promise<void> {
  await tx.query("select private.require_permission(p_tenant_id => $1, p_permission => $2)", [
    tenantId,
    permission,
  ]);
}
