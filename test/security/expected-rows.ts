import type { World, WorldCaller } from "../helpers/world.ts";
import type { Reach } from "./expectations.ts";
import { type Permission, permissionsOf, permissionsWhileSuspended } from "./expected-permissions.ts";

/** One row as the owner sees it. */
export interface RowFacts {
  readonly key: string;
  readonly tenantId: string | null;
  readonly personId: string | null;
  /** For rows about a person: the tenants they belong to. */
  readonly personTenantIds: readonly string[];
}

/** The tenant a request acts in: the header's, else the caller's default. Says nothing about rights. */
export function findActiveTenant(caller: WorldCaller, header: string | null): string | null {
  return header ?? caller.defaultTenantId;
}

export function hasPermission(
  world: World,
  caller: WorldCaller,
  tenantId: string | null,
  permission: Permission,
): boolean {
  if (!caller.isSomebody || tenantId === null) return false;
  const role = caller.memberships.find((membership) => membership.tenantId === tenantId)?.role;
  if (role === undefined || !permissionsOf[role].includes(permission)) return false;
  return tenantId !== world.tenants.gamma || permissionsWhileSuspended.includes(permission);
}

/** Whether `caller`, acting in `activeTenantId`, reaches the row. The model that the policies are held against. */
export function isReached(
  world: World,
  reach: Reach,
  caller: WorldCaller,
  activeTenantId: string | null,
  row: RowFacts,
): boolean {
  if (!caller.isSomebody) return false;
  const isOwn = caller.person !== null && row.personId === caller.person.id;
  switch (reach.kind) {
    case "nobody":
      return false;
    case "signed in":
      return true;
    case "self":
      return isOwn;
    case "own tenants":
      return hasPermission(world, caller, row.tenantId, reach.permission);
    case "active tenant or default":
      if (row.tenantId === null) return true;
      break;
    case "active tenant or own":
      if (isOwn) return true;
      break;
    case "active tenant":
      break;
  }
  if (!hasPermission(world, caller, activeTenantId, reach.permission)) return false;
  return row.tenantId === null
    ? activeTenantId !== null && row.personTenantIds.includes(activeTenantId)
    : row.tenantId === activeTenantId;
}
