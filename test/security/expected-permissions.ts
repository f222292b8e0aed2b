import type { RoleName } from "../helpers/world.ts";

/** What each role may do, said by hand; the reference data is held against it. */

export type Permission =
  | "tenants.read"
  | "tenants.update"
  | "tenants.suspend"
  | "members.read"
  | "members.manage"
  | "settings.read"
  | "settings.manage"
  | "databases.read"
  | "databases.manage"
  | "databases.connect"
  | "jobs.read"
  | "jobs.manage"
  | "audit.read";

const readPermissions: readonly Permission[] = [
  "tenants.read",
  "members.read",
  "settings.read",
  "databases.read",
  "jobs.read",
];
const adminPermissions: readonly Permission[] = [
  ...readPermissions,
  "databases.connect",
  "tenants.update",
  "members.manage",
  "settings.manage",
  "databases.manage",
  "jobs.manage",
  "audit.read",
];

export const permissionsOf: Readonly<Record<RoleName, readonly Permission[]>> = {
  viewer: readPermissions,
  developer: [...readPermissions, "databases.connect"],
  admin: adminPermissions,
  owner: [...adminPermissions, "tenants.suspend"],
};

export const permissionsWhileSuspended: readonly Permission[] = [
  "tenants.read",
  "tenants.suspend",
  "members.read",
  "audit.read",
];
