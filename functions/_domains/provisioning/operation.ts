import type { Tx } from "../../_shared/db/port.ts";
import type { OperationKind, OperationStep } from "./list-steps.ts";

/** An operation with all that running it needs. Secrets are sealed. */
export interface Operation {
  readonly id: string;
  readonly tenantId: string;
  readonly databaseId: string;
  readonly kind: OperationKind;
  readonly status: "pending" | "running" | "succeeded" | "failed" | "cancelled";
  /** The step that was begun last; null before the first. */
  readonly step: OperationStep | null;
  readonly databaseName: string;
  readonly roleName: string;
  readonly host: string;
  readonly port: number;
  readonly targetId: string;
  readonly adapter: string;
  readonly sealedAdminUrl: string;
  readonly adminUrlKeyVersion: number;
}

/** Reads an operation as the worker; null when there is none. */
export async function findOperation(tx: Tx, id: string): Promise<Operation | null> {
  const rows = await tx.query<Operation>(
    `select o.id, o.tenant_id as "tenantId", o.database_id as "databaseId", o.kind, o.status, o.step,
       d.database_name as "databaseName", d.role_name as "roleName", d.host, d.port,
       t.id as "targetId", t.adapter, t.admin_url_encrypted as "sealedAdminUrl", t.key_version as "adminUrlKeyVersion"
     from public.provisioning_operations o
     join control_plane.tenant_databases d on d.id = o.database_id
     join control_plane.provisioning_targets t on t.id = d.target_id
     where o.id = $1`,
    [id],
  );
  return rows[0] ?? null;
}
