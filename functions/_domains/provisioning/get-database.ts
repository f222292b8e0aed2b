import { fail, ok, type Result } from "../../_shared/errors/result.ts";
import type { Ctx } from "../../_shared/http/ctx.ts";
import { requirePermission } from "../tenancy/require-permission.ts";
import { type Database, selectDatabases } from "./database.ts";

/** One live database of the tenant; needs databases.read. */
export function getDatabase(
  { db, caller }: Pick<Ctx, "db" | "caller">,
  tenantId: string,
  databaseId: string,
): Promise<Result<Database>> {
  return db.asCaller(
    caller,
    async (tx) => {
      await requirePermission(tx, tenantId, "databases.read");
      const [row] = await tx.query<Database>(`${selectDatabases} where d.tenant_id = $1 and d.id = $2`, [
        tenantId,
        databaseId,
      ]);
      return row === undefined ? fail("NOT_FOUND") : ok(row);
    },
    { readOnly: true },
  );
}
