import type { Stack } from "../stack/start-stack.ts";

/** What a client needs, as `supabase status` prints it. */
export function printStatus(stack: Stack): void {
  const rows: readonly (readonly [string, string])[] = [
    ["API URL", stack.apiUrl],
    ["REST URL", `${stack.apiUrl}/rest/v1`],
    ["Auth URL", `${stack.apiUrl}/auth/v1`],
    ["Functions URL", `${stack.apiUrl}/functions/v1`],
    ["DB URL", stack.dbUrl],
    ["Target DB URL", stack.targetAdminUrl],
    ["Publishable key", stack.publishableKey],
    ["Secret key", stack.secretKey],
    ["Logs", `${stack.dataDir}/logs`],
  ];
  console.log("");
  for (const [name, value] of rows) console.log(`${name.padStart(16)}: ${value}`);
  console.log("");
}
