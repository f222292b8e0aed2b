import { ok, type Result } from "../../_shared/errors/result.ts";
import type { Ctx } from "../../_shared/http/ctx.ts";
import { type Page, type PageRequest, parseCursor, toPage } from "../../_shared/paging/cursor.ts";
import { requirePermission } from "../tenancy/require-permission.ts";
import { type Database, selectDatabases } from "./database.ts";

/** The tenant's live databases by name, which is unique among them; needs databases.read. */
export async function listDatabases(
  { db, caller }: Pick<Ctx, "db" | "caller">,
  { tenantId, limit, cursor }: PageRequest & { readonly tenantId: string },
): Promise<Result<Page<Database>>> {
  const after = parseCursor(cursor, [/^[a-z0-9_-]{1,63}$/]);
  if (!after.ok) return after;
  return db.asCaller(
    caller,
    async (tx) => {
      await requirePermission(tx, tenantId, "databases.read");
      const rows = await tx.query<Database>(
        `${selectDatabases}
         where d.tenant_id = $1 and ($2::text is null or d.name > $2)
         order by d.name
         limit $3`,
        [tenantId, after.value?.[0] ?? null, limit + 1],
      );
      return ok(
        toPage(
          rows,
          limit,
          (row) => [row.name],
          (row) => row,
        ),
      );
    },
    { readOnly: true },
  );
}
