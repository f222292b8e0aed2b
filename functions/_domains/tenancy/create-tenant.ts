import type { Result } from "../../_shared/errors/result.ts";
import type { Ctx } from "../../_shared/http/ctx.ts";
import { readTenant, type Tenant, type TenantEnvironment } from "./tenant.ts";

export interface CreateTenantInput {
  readonly name: string;
  readonly displayName?: string | undefined;
  readonly environment?: TenantEnvironment | undefined;
}

/** Makes a tenant with the caller as its owner, one for each operation id. TENANT_NAME_TAKEN when the name is in use. */
export function createTenant(
  { db, caller, operationId }: Pick<Ctx, "db" | "caller" | "operationId">,
  input: CreateTenantInput,
): Promise<Result<Tenant>> {
  return db.asCaller(caller, async (tx) => {
    const [created] = await tx.query<{ id: string }>(
      `select private.create_tenant(
         p_name => $1, p_display_name => $2, p_environment => $3, p_operation_id => $4
       ) as id`,
      [input.name, input.displayName ?? null, input.environment ?? null, operationId],
    );
    return readTenant(tx, caller, created?.id ?? "");
  });
}
