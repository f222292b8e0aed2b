import type { Result } from "../../_shared/errors/result.ts";
import type { Ctx } from "../../_shared/http/ctx.ts";
import { type Person, readPerson } from "./person.ts";

/** The caller's own account. */
export function getPerson({ db, caller }: Pick<Ctx, "db" | "caller">): Promise<Result<Person>> {
  return db.asCaller(caller, (tx) => readPerson(tx, caller), { readOnly: true });
}
