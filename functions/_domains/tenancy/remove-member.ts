import { fail, ok, type Result } from "../../_shared/errors/result.ts";
import type { Ctx } from "../../_shared/http/ctx.ts";
import { requirePermission } from "./require-permission.ts";

export interface RemoveMemberInput {
  readonly tenantId: string;
  readonly userId: string;
}

/**
 * Ends a membership. Everybody can end their own; others' need members.manage. ROLE_ABOVE_OWN, LAST_OWNER and
 * PERSONAL_TENANT as for a change of role.
 */
export function removeMember(
  { db, caller }: Pick<Ctx, "db" | "caller">,
  { tenantId, userId }: RemoveMemberInput,
): Promise<Result<null>> {
  return db.asCaller(caller, async (tx) => {
    const isOwn = userId.toLowerCase() === caller.userId;
    if (!isOwn) await requirePermission(tx, tenantId, "members.manage");
    const removed = await tx.query(
      "delete from public.memberships m where m.tenant_id = $1 and m.user_id = $2 returning m.id",
      [tenantId, userId],
    );
    return removed.length === 0 ? fail("NOT_FOUND") : ok(null);
  });
}
