import { fail, ok, type Result } from "../../_shared/errors/result.ts";
import type { Ctx } from "../../_shared/http/ctx.ts";
import type { OperationKind } from "./list-steps.ts";
import { operationColumns, type VisibleOperation } from "./visible-operation.ts";

export interface RequestOperationInput {
  readonly kind: OperationKind;
  readonly tenantId: string;
  /** Absent for create. */
  readonly databaseId?: string | undefined;
  /** For create; default `main`. */
  readonly name?: string | undefined;
  /** For create; default any region with room. */
  readonly region?: string | undefined;
}

/**
 * Asks for work on a database, once for each operation id, and wakes the scheduler; needs databases.manage. OPERATION_IN_PROGRESS, with the holder,
 * while another operation of the tenant runs. A create whose predecessor of the same name failed takes up its database.
 */
export async function requestOperation(
  { db, caller, operationId, wakeScheduler }: Pick<Ctx, "db" | "caller" | "operationId" | "wakeScheduler">,
  { kind, tenantId, databaseId, name, region }: RequestOperationInput,
): Promise<Result<VisibleOperation>> {
  const requested = await db.asCaller(caller, async (tx) => {
    const [made] = await tx.query<{ id: string }>(
      `select private.request_database_operation(
         p_kind => $1, p_tenant_id => $2, p_database_id => $3, p_name => $4, p_region => $5,
         p_operation_id => $6
       ) as id`,
      [kind, tenantId, databaseId ?? null, name ?? null, region ?? null, operationId],
    );
    const [operation] = await tx.query<VisibleOperation>(
      `select ${operationColumns} from public.provisioning_operations o where o.id = $1`,
      [made?.id],
    );
    return operation === undefined ? fail("FORBIDDEN") : ok(operation);
  });
  if (requested.ok) wakeScheduler();
  return requested;
}
