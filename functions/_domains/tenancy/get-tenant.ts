import type { Result } from "../../_shared/errors/result.ts";
import type { Ctx } from "../../_shared/http/ctx.ts";
import { readTenant, type Tenant } from "./tenant.ts";

/** One tenant of the caller. */
export function getTenant(
  { db, caller }: Pick<Ctx, "db" | "caller">,
  tenantId: string,
): Promise<Result<Tenant>> {
  return db.asCaller(caller, (tx) => readTenant(tx, caller, tenantId), { readOnly: true });
}
