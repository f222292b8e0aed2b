/** Registers the second cluster as the place where tenant databases are made. Repeatable. */
export async function registerLocalTarget(stack: {
  dbUrl: string;
  masterKeys: string;
  targetAdminUrl: string;
}): Promise<void> {
  // Loaded here and not at the top: it is the one part of dev/ that needs the functions' code, which may be broken
  // while somebody works on it, and then the fault should name this step.
  const { registerTarget } = await import("../../scripts/register-target.ts");
  await registerTarget({
    databaseUrl: stack.dbUrl,
    masterKeys: stack.masterKeys,
    name: "local",
    adminUrl: stack.targetAdminUrl,
    region: "local",
    capacity: 1_000,
  });
}
