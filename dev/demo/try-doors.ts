import type { SupabaseClient } from "@supabase/supabase-js";
import pg from "pg";
import { readStatus } from "./call-function.ts";
import type { TenantDatabase } from "./get-database.ts";
import { DemoFault } from "./person.ts";

/** What belongs to somebody else. */
export interface Property {
  readonly tenantId: string;
  readonly database: TenantDatabase;
}

const relations: readonly { name: string; column: string }[] = [
  { name: "tenants", column: "tenant_id" },
  { name: "tenant_databases", column: "tenant_id" },
  { name: "provisioning_operations", column: "tenant_id" },
  { name: "memberships", column: "tenant_id" },
  { name: "background_jobs", column: "tenant_id" },
  { name: "settings", column: "tenant_id" },
  { name: "audit_logs", column: "tenant_id" },
];

/** A relation shows a row, unless the answer is no row or no permission. */
async function countRows(
  client: SupabaseClient,
  name: string,
  column: string,
  tenantId: string,
): Promise<number> {
  const { data, error } = await client.from(name).select(column).eq(column, tenantId);
  if (error && error.code !== "42501") throw new DemoFault(`${name} cannot be asked: ${error.message}`);
  return data?.length ?? 0;
}

/** Asks every relation that clients may read for rows of the tenant. Returns how many doors were tried. */
export async function tryTables(client: SupabaseClient, { tenantId }: Property): Promise<number> {
  for (const { name, column } of relations) {
    const rows = await countRows(client, name, column, tenantId);
    if (rows > 0) throw new DemoFault(`${name} shows ${rows} rows of somebody else's tenant`);
  }
  return relations.length;
}

/** Asks the function for the tenant, its database and its operation by their ids. Returns how many doors were tried. */
export async function tryFunctions(
  client: SupabaseClient,
  { tenantId, database }: Property,
): Promise<number> {
  const doors = [
    ["GET", `/${tenantId}`],
    ["GET", `/${tenantId}/members`],
    ["GET", `/${tenantId}/databases`],
    ["GET", `/${tenantId}/databases/${database.databaseId}`],
    ["GET", `/${tenantId}/operations/${database.operationId}`],
    ["POST", `/${tenantId}/databases/${database.databaseId}/connection`],
    ["DELETE", `/${tenantId}/databases/${database.databaseId}`],
  ] as const;
  for (const [method, path] of doors) {
    const status = await readStatus(client, method, path);
    if (status !== 404) throw new DemoFault(`${method} tenants${path} answers ${status} to a stranger`);
  }
  return doors.length;
}

/** Knocks at the database itself with the credentials of another database on the same server. */
export async function tryDatabase(ownConnectionString: string, { database }: Property): Promise<string> {
  const url = new URL(ownConnectionString);
  url.pathname = new URL(database.connectionString).pathname;
  const client = new pg.Client({ connectionString: url.href });
  try {
    await client.connect();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  await client.end();
  throw new DemoFault("a stranger's role can connect to the tenant's database");
}
