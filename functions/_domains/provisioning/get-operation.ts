import { fail, ok, type Result } from "../../_shared/errors/result.ts";
import type { Ctx } from "../../_shared/http/ctx.ts";
import { requirePermission } from "../tenancy/require-permission.ts";
import { operationColumns, type VisibleOperation } from "./visible-operation.ts";

/** One operation of the tenant, also on a database that is gone; needs databases.read. */
export function getOperation(
  { db, caller }: Pick<Ctx, "db" | "caller">,
  tenantId: string,
  operationId: string,
): Promise<Result<VisibleOperation>> {
  return db.asCaller(
    caller,
    async (tx) => {
      await requirePermission(tx, tenantId, "databases.read");
      const [row] = await tx.query<VisibleOperation>(
        `select ${operationColumns} from public.provisioning_operations o where o.tenant_id = $1 and o.id = $2`,
        [tenantId, operationId],
      );
      return row === undefined ? fail("NOT_FOUND") : ok(row);
    },
    { readOnly: true },
  );
}
