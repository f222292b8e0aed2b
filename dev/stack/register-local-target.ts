import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Registers the second cluster as the place where tenant databases are made. Repeatable. */
export async function registerLocalTarget(stack: {
  dbUrl: string;
  masterKeys: string;
  targetAdminUrl: string;
}): Promise<void> {
  const script = new URL("../../scripts/register-target.ts", import.meta.url);
  if (!existsSync(fileURLToPath(script))) return;
  const module = (await import(script.href)) as { registerTarget: (o: object) => Promise<unknown> };
  await module.registerTarget({
    databaseUrl: stack.dbUrl,
    masterKeys: stack.masterKeys,
    name: "local",
    adminUrl: stack.targetAdminUrl,
    region: "local",
    capacity: 1_000,
  });
}
