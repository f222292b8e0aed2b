import { createClient } from "@supabase/supabase-js";

// Printed by `npm start` as API URL and Publishable key.
const supabase = createClient(process.env.GANTRY_URL ?? "", process.env.GANTRY_KEY ?? "");
await supabase.auth.signUp({ email: `ada-${Date.now()}@example.com`, password: "a-long-password" });

async function call<T>(path: string, method: "GET" | "POST", body?: object): Promise<T> {
  const { data, error } = await supabase.functions.invoke(path, { method, ...(body && { body }) });
  // Problems are JSON: a code, a sentence, and which fields are wrong.
  if (error) throw new Error(JSON.stringify(await error.context.json()));
  return data;
}

// A tenant. The caller becomes its owner; names are unique across the installation.
const { tenantId } = await call<{ tenantId: string }>("tenants", "POST", { name: `acme-${Date.now()}` });

// A database: accepted at once, with an operation to watch.
const { operation } = await call<{ operation: { id: string; databaseId: string } }>(
  `tenants/${tenantId}/databases`,
  "POST",
  {},
);

// Poll its row; on a hosted project you can subscribe to it as well.
for (let status = "pending"; status !== "succeeded"; ) {
  const { data } = await supabase
    .from("provisioning_operations")
    .select("status, progress, error_code")
    .eq("id", operation.id)
    .setHeader("x-tenant-id", tenantId)
    .single();
  status = data?.status ?? "gone";
  if (status === "failed" || status === "gone")
    throw new Error(`the operation ${status}: ${data?.error_code}`);
  await new Promise((resolve) => setTimeout(resolve, 250));
}

// The connection string. Needs the permission databases.connect and leaves a row in the audit log.
const { connectionString } = await call<{ connectionString: string }>(
  `tenants/${tenantId}/databases/${operation.databaseId}/connection`,
  "POST",
);
console.log(`ready: ${new URL(connectionString).pathname.slice(1)}`);
