import { createMaintenance } from "../_domains/operations/run-maintenance.ts";
import { createFollowTenant } from "../_domains/provisioning/follow-tenant.ts";
import { createPostgresAdapter } from "../_domains/provisioning/postgres/create-postgres-adapter.ts";
import { createRunOperation } from "../_domains/provisioning/run-operation.ts";
import { openPostgres } from "../_shared/egress/open-postgres.ts";
import type { SystemCtx } from "../_shared/http/ctx.ts";
import type { JobHandler } from "../_shared/jobs/job.ts";

/** Who does which type of job. */
export function createHandlers({
  keyring,
  clock,
}: Pick<SystemCtx, "keyring" | "clock">): Readonly<Record<string, JobHandler>> {
  const handlers: Readonly<Record<string, JobHandler>> = {
    "operations.maintain": createMaintenance(() => Object.keys(handlers)),
    "provisioning.follow-tenant": createFollowTenant(clock),
    "provisioning.run": createRunOperation({
      keyring,
      adapters: { postgres: createPostgresAdapter({ openPostgres }) },
    }),
  };
  return handlers;
}
