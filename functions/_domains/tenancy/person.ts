import type { Caller } from "../../_shared/auth/caller.ts";
import type { Tx } from "../../_shared/db/port.ts";
import { fail, ok, type Result } from "../../_shared/errors/result.ts";

/** The caller's own account. */
export interface Person {
  readonly userId: string;
  readonly email: string | null;
  readonly fullName: string | null;
  /** The tenant of requests that name none. */
  readonly activeTenantId: string | null;
  readonly createdAt: Date;
}

/** NOT_FOUND for an account that is gone although its token still lives. */
export async function readPerson(tx: Tx, caller: Caller): Promise<Result<Person>> {
  const [person] = await tx.query<Person>(
    `select u.id as "userId", u.email, u.full_name as "fullName", u.active_tenant_id as "activeTenantId",
       u.created_at as "createdAt"
     from public.users u
     where u.id = $1 and u.is_active`,
    [caller.userId],
  );
  return person === undefined ? fail("NOT_FOUND") : ok(person);
}
