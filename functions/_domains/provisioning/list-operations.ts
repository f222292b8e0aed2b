import { ok, type Result } from "../../_shared/errors/result.ts";
import type { Ctx } from "../../_shared/http/ctx.ts";
import { type Page, type PageRequest, parseCursor, toPage } from "../../_shared/paging/cursor.ts";
import { requirePermission } from "../tenancy/require-permission.ts";
import { operationColumns, type VisibleOperation } from "./visible-operation.ts";

const cursorShapes = [
  /^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/,
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
];

/** With what a cursor needs to the microsecond. */
type Row = VisibleOperation & { readonly createdAtText: string };

function toOperation({ createdAtText: _, ...operation }: Row): VisibleOperation {
  return operation;
}

export interface ListOperationsInput extends PageRequest {
  readonly tenantId: string;
  /** Only the operations on this database. */
  readonly databaseId?: string | undefined;
}

/** The tenant's operations, newest first; needs databases.read. */
export async function listOperations(
  { db, caller }: Pick<Ctx, "db" | "caller">,
  { tenantId, databaseId, limit, cursor }: ListOperationsInput,
): Promise<Result<Page<VisibleOperation>>> {
  const after = parseCursor(cursor, cursorShapes);
  if (!after.ok) return after;
  return db.asCaller(
    caller,
    async (tx) => {
      await requirePermission(tx, tenantId, "databases.read");
      const rows = await tx.query<Row>(
        `select ${operationColumns}, o.created_at::text as "createdAtText"
         from public.provisioning_operations o
         where o.tenant_id = $1
           and ($2::uuid is null or o.database_id = $2)
           and (
             $3::timestamptz is null
             or o.created_at <= $3 and (o.created_at < $3 or o.id > $4::uuid)
           )
         order by o.created_at desc, o.id
         limit $5`,
        [tenantId, databaseId ?? null, after.value?.[0] ?? null, after.value?.[1] ?? null, limit + 1],
      );
      return ok(toPage(rows, limit, (row) => [row.createdAtText, row.id], toOperation));
    },
    { readOnly: true },
  );
}
