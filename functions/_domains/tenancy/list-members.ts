import { ok, type Result } from "../../_shared/errors/result.ts";
import type { Ctx } from "../../_shared/http/ctx.ts";
import { type Page, type PageRequest, parseCursor, toPage } from "../../_shared/paging/cursor.ts";
import { type Member, type MemberRow, selectMembers, toMember } from "./member.ts";
import { requirePermission } from "./require-permission.ts";

const cursorShapes = [
  /^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/,
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
];

/** The members of a tenant, longest membership first; needs members.read. */
export async function listMembers(
  { db, caller }: Pick<Ctx, "db" | "caller">,
  { tenantId, limit, cursor }: PageRequest & { readonly tenantId: string },
): Promise<Result<Page<Member>>> {
  const after = parseCursor(cursor, cursorShapes);
  if (!after.ok) return after;
  return db.asCaller(
    caller,
    async (tx) => {
      await requirePermission(tx, tenantId, "members.read");
      const rows = await tx.query<MemberRow>(
        `${selectMembers}
         where m.tenant_id = $1
           and ($2::timestamptz is null or (m.created_at, m.id) > ($2::timestamptz, $3::uuid))
         order by m.created_at, m.id
         limit $4`,
        [tenantId, after.value?.[0] ?? null, after.value?.[1] ?? null, limit + 1],
      );
      const toKey = (row: MemberRow): string[] => [row.createdAtText, row.membershipId];
      return ok(toPage(rows, limit, toKey, toMember));
    },
    { readOnly: true },
  );
}
