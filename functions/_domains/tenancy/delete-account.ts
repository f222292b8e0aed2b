import { ok, type Result } from "../../_shared/errors/result.ts";
import type { Ctx } from "../../_shared/http/ctx.ts";

/** Removes the caller's account for good. LAST_OWNER, naming them, while tenants with other members need the caller. */
export function deleteAccount({ db, caller }: Pick<Ctx, "db" | "caller">): Promise<Result<null>> {
  return db.asCaller(caller, async (tx) => {
    await tx.query("select private.delete_account()");
    return ok(null);
  });
}
