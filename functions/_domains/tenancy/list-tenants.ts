import { ok, type Result } from "../../_shared/errors/result.ts";
import type { Ctx } from "../../_shared/http/ctx.ts";
import { type Page, type PageRequest, parseCursor, toPage } from "../../_shared/paging/cursor.ts";
import { selectTenants, type Tenant } from "./tenant.ts";

/** The tenants the caller is a member of, by name. */
export async function listTenants(
  { db, caller }: Pick<Ctx, "db" | "caller">,
  { limit, cursor }: PageRequest,
): Promise<Result<Page<Tenant>>> {
  const after = parseCursor(cursor, [/^[a-z0-9_-]{1,255}$/]);
  if (!after.ok) return after;
  return db.asCaller(
    caller,
    async (tx) => {
      const rows = await tx.query<Tenant>(
        `${selectTenants} where $2::text is null or t.name > $2 order by t.name limit $3`,
        [caller.userId, after.value?.[0] ?? null, limit + 1],
      );
      const toKey = (tenant: Tenant): string[] => [tenant.name];
      return ok(toPage(rows, limit, toKey, (tenant) => tenant));
    },
    { readOnly: true },
  );
}
