import type { OperationKind } from "./list-steps.ts";
import type { Progress } from "./with-lease.ts";

/** An operation as those who wait for it see it. */
export interface VisibleOperation {
  readonly id: string;
  readonly tenantId: string;
  readonly databaseId: string;
  readonly kind: OperationKind;
  readonly status: "pending" | "running" | "succeeded" | "failed" | "cancelled";
  readonly step: string | null;
  readonly progress: Progress & { readonly percentage: number };
  /** While it runs: what the last attempt failed with; it is being tried again. */
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly attempts: number;
  readonly requestedBy: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** Columns of VisibleOperation values, as the caller. */
export const operationColumns = `
    o.id, o.tenant_id as "tenantId", o.database_id as "databaseId", o.kind, o.status, o.step, o.progress,
    o.error_code as "errorCode", o.error_message as "errorMessage", o.attempts, o.requested_by as "requestedBy",
    o.created_at as "createdAt", o.started_at as "startedAt", o.finished_at as "finishedAt"`;
