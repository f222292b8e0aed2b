import { fail, ok, type Result } from "../../_shared/errors/result.ts";
import type { Ctx } from "../../_shared/http/ctx.ts";
import { type Member, type MemberRow, selectMembers, toMember } from "./member.ts";
import { requirePermission } from "./require-permission.ts";

export interface ChangeMemberRoleInput {
  readonly tenantId: string;
  readonly userId: string;
  readonly role: string;
}

/**
 * Gives a member another role; needs members.manage. ROLE_ABOVE_OWN for roles above the caller's, LAST_OWNER when the
 * tenant would be left without an owner, PERSONAL_TENANT for somebody's own personal tenant.
 */
export function changeMemberRole(
  { db, caller }: Pick<Ctx, "db" | "caller">,
  { tenantId, userId, role }: ChangeMemberRoleInput,
): Promise<Result<Member>> {
  return db.asCaller(caller, async (tx) => {
    await requirePermission(tx, tenantId, "members.manage");
    await tx.query("update public.memberships m set role = $3 where m.tenant_id = $1 and m.user_id = $2", [
      tenantId,
      userId,
      role,
    ]);
    const [row] = await tx.query<MemberRow>(`${selectMembers} where m.tenant_id = $1 and m.user_id = $2`, [
      tenantId,
      userId,
    ]);
    return row === undefined ? fail("NOT_FOUND") : ok(toMember(row));
  });
}
