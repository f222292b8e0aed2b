import { join } from "node:path";
import { applyMigrations } from "../../scripts/db/apply-migrations.ts";
import { bootstrapPlatform, bootstrapTarget } from "../platform/bootstrap.ts";
import { findFreePort } from "../process/find-free-port.ts";
import { StackError } from "../process/stack-error.ts";
import { admitFunctions } from "./admit-functions.ts";
import type { Cleanup } from "./create-cleanup.ts";
import { type KeptServer, keepPostgresRunning } from "./keep-postgres-running.ts";

export interface Clusters {
  readonly control: KeptServer;
  readonly target: KeptServer;
}

/** Starts both clusters, side by side. Their ports follow the gateway's where those are free. */
export async function startClusters(
  plan: { dataDir: string; port: number; onNotice: (line: string) => void },
  cleanup: Cleanup,
): Promise<Clusters> {
  const controlPort = await findFreePort([plan.port + 1]);
  const targetPort = await findFreePort([plan.port + 2]);
  const start = async (
    folder: string,
    port: number,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<KeptServer> => {
    const options = { dataDir: join(plan.dataDir, folder), port, settings };
    const kept = await keepPostgresRunning(options, plan.onNotice);
    cleanup.add(kept.stop);
    return kept;
  };
  // Settled, not all: a server that comes up after the other failed has to be in the clean-up before it runs.
  const [control, target] = await Promise.allSettled([
    start("postgres", controlPort),
    // Slots that tenants cannot take: a full cluster still lets Gantry in.
    start("target", targetPort, { reserved_connections: "10" }),
  ]);
  if (control.status === "rejected") throw control.reason;
  if (target.status === "rejected") throw target.reason;
  return { control: control.value, target: target.value };
}

/** Brings the control plane's database to the newest migration and lets the functions' role in. */
export async function prepareDatabase(clusters: Clusters, database: string): Promise<void> {
  const control = clusters.control.current();
  await Promise.all([
    bootstrapTarget(clusters.target.current()),
    bootstrapPlatform(control, { database, defaultPrivileges: "new" }),
  ]);
  await applyMigrations(control.urlFor("postgres", database)).catch((error: unknown) => {
    throw new StackError(error instanceof Error ? error.message : String(error));
  });
  await admitFunctions(control, database);
}
