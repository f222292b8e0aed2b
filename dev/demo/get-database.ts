import { setTimeout as sleep } from "node:timers/promises";
import type { SupabaseClient } from "@supabase/supabase-js";
import { callTenants } from "./call-function.ts";
import { DemoFault, type Person } from "./person.ts";

export interface TenantDatabase {
  readonly databaseId: string;
  readonly operationId: string;
  readonly connectionString: string;
}

interface Progress {
  readonly status: string;
  readonly error_code: string | null;
  readonly progress: { readonly percentage: number; readonly message: string };
}

const operationTimeoutMs = 60_000;

async function readOperation(client: SupabaseClient, operationId: string): Promise<Progress> {
  const { data, error } = await client
    .from("provisioning_operations")
    .select("status, error_code, progress")
    .eq("id", operationId)
    .single<Progress>();
  if (error) throw new DemoFault(`the operation cannot be read: ${error.message}`);
  return data;
}

/** Watches an operation's row, as a client does, until it has ended well. Each new message is printed once. */
async function watchOperation(
  client: SupabaseClient,
  operationId: string,
  print: (line: string) => void,
): Promise<void> {
  const deadline = Date.now() + operationTimeoutMs;
  let lastLine = "";
  while (Date.now() < deadline) {
    const { status, error_code: code, progress } = await readOperation(client, operationId);
    const line = `${status.padEnd(9)} ${String(progress.percentage).padStart(3)} %  ${progress.message}`;
    if (line !== lastLine) print(line.trimEnd());
    lastLine = line;
    if (status === "succeeded") return;
    if (status === "failed" || status === "cancelled")
      throw new DemoFault(`the operation ${status}: ${code}`);
    await sleep(100);
  }
  throw new DemoFault("the operation has not ended within a minute");
}

/** Asks for a database in the tenant, waits until it is ready and fetches the credentials. */
export async function getDatabase(
  person: Person,
  tenantId: string,
  print: (line: string) => void,
): Promise<TenantDatabase> {
  const client = person.inTenant(tenantId);
  const { operation } = await callTenants<{ operation: { id: string; databaseId: string } }>(
    client,
    "POST",
    `/${tenantId}/databases`,
    {},
  );
  await watchOperation(client, operation.id, print);
  const { connectionString } = await callTenants<{ connectionString: string }>(
    client,
    "POST",
    `/${tenantId}/databases/${operation.databaseId}/connection`,
  );
  return { databaseId: operation.databaseId, operationId: operation.id, connectionString };
}
