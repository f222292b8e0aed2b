import type { Tx } from "../../_shared/db/port.ts";
import type { OperationKind, OperationStep } from "./list-steps.ts";
import type { Operation } from "./operation.ts";
import type { Progress } from "./with-lease.ts";

function toProgressJson({ current, total, message }: Progress): string {
  const percentage = total === 0 ? 0 : Math.floor((current * 100) / total);
  return JSON.stringify({ current, total, percentage, message });
}

/** Marks the operation as running, in this attempt. */
export async function recordStart(tx: Tx, operationId: string, attempts: number): Promise<void> {
  await tx.query(
    `update public.provisioning_operations
     set status = 'running', started_at = coalesce(started_at, pg_catalog.clock_timestamp()), attempts = $2
     where id = $1`,
    [operationId, attempts],
  );
}

/** Writes down the step before it begins: whoever takes over begins with it again. */
export async function recordStep(
  tx: Tx,
  operationId: string,
  step: OperationStep,
  progress: Progress,
): Promise<void> {
  await tx.query("update public.provisioning_operations set step = $2, progress = $3::jsonb where id = $1", [
    operationId,
    step,
    toProgressJson(progress),
  ]);
}

/** Shows to those who wait what the last attempt failed with. Whether that was the end is the job's to decide. */
export async function recordFault(tx: Tx, operationId: string, code: string, message: string): Promise<void> {
  await tx.query(
    "update public.provisioning_operations set error_code = $2, error_message = $3 where id = $1",
    [operationId, code, message],
  );
}

const endStates: Readonly<Record<OperationKind, string>> = {
  create: "status = 'active', is_suspended_with_tenant = false",
  resume: "status = 'active', is_suspended_with_tenant = false",
  suspend: "status = 'inactive'",
  delete:
    "status = 'inactive', deleted_at = pg_catalog.now(), connection_string_encrypted = null, key_version = null",
};

/** Writes the end of an operation that succeeded, of the operation and of its database at once. */
export async function recordSuccess(tx: Tx, operation: Operation, progress: Progress): Promise<void> {
  await tx.query(
    `update public.provisioning_operations
     set status = 'succeeded', finished_at = pg_catalog.clock_timestamp(), progress = $2::jsonb,
       error_code = null, error_message = null
     where id = $1`,
    [operation.id, toProgressJson(progress)],
  );
  await tx.query(`update control_plane.tenant_databases set ${endStates[operation.kind]} where id = $1`, [
    operation.databaseId,
  ]);
}
