import type { TestProject } from "vitest/node";
import { bootstrapPlatform } from "../../dev/platform/bootstrap.ts";
import { startThrowawayServer } from "../../dev/postgres/throwaway.ts";
import { admitFunctions } from "../../dev/stack/admit-functions.ts";
import { applyMigrations } from "../../scripts/db/apply-migrations.ts";

/** What test files need to reach the cluster of this run. */
export interface ClusterAccess {
  readonly template: string;
  /** Connection strings with the placeholder `{database}`. */
  readonly urls: Readonly<Record<"postgres" | "supabase_admin" | "gantry_edge" | "authenticator", string>>;
}

declare module "vitest" {
  interface ProvidedContext {
    cluster: ClusterAccess;
  }
}

const template = "gantry_test_template";
const roles = ["postgres", "supabase_admin", "gantry_edge", "authenticator"] as const;

/** One cluster for a run and one migrated database on it; test files work on copies, which take a tenth of a second. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startThrowawayServer({ settings: { max_connections: "200" } });
  try {
    await bootstrapPlatform(server, { database: template, defaultPrivileges: "new" });
    await applyMigrations(server.urlFor("postgres", template));
    await admitFunctions(server, template);
    const urls = Object.fromEntries(
      roles.map((role) => [role, server.urlFor(role, template).replace(`/${template}`, "/{database}")]),
    ) as ClusterAccess["urls"];
    project.provide("cluster", { template, urls });
  } catch (error) {
    await server.stop();
    throw error;
  }
  return () => server.stop();
}
