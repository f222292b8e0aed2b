import type { Result } from "../../_shared/errors/result.ts";
import type { Ctx } from "../../_shared/http/ctx.ts";
import { type Person, readPerson } from "./person.ts";

/** Makes one of the caller's tenants the one that requests act in when they name none. NOT_FOUND for any other. */
export function chooseDefaultTenant(
  { db, caller }: Pick<Ctx, "db" | "caller">,
  tenantId: string,
): Promise<Result<Person>> {
  return db.asCaller(caller, async (tx) => {
    await tx.query("select private.choose_default_tenant(p_tenant_id => $1)", [tenantId]);
    return readPerson(tx, caller);
  });
}
