import type { SystemRoute, UserRoute } from "./define-route.ts";

export type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

/**
 * Where a user route takes its tenant from. path: the parameter `tenantId`. header: `x-tenant-id`, which writes demand
 * and reads may leave to the person's default. none: the route is not about one tenant.
 */
export type TenantSource = "path" | "header" | "none";

interface UserEntry {
  readonly auth: "user";
  /** Default: path when the path has the parameter `tenantId`, else header. */
  readonly tenant?: TenantSource;
  /** A literal dynamic import, so that refused requests never load the route and the deploy still uploads it. */
  readonly load: () => Promise<UserRoute>;
}

interface SystemEntry {
  readonly auth: "scheduler" | "public";
  readonly load: () => Promise<SystemRoute>;
}

export type RouteEntry = (UserEntry | SystemEntry) & {
  readonly method: Method;
  /** Such as `/tenants/:tenantId`; begins with the function's name. */
  readonly path: string;
};

type Entry = UserEntry | SystemEntry;

export const get = (path: string, entry: Entry): RouteEntry => ({ ...entry, method: "GET", path });
export const post = (path: string, entry: Entry): RouteEntry => ({ ...entry, method: "POST", path });
export const patch = (path: string, entry: Entry): RouteEntry => ({ ...entry, method: "PATCH", path });
export const put = (path: string, entry: Entry): RouteEntry => ({ ...entry, method: "PUT", path });
export const del = (path: string, entry: Entry): RouteEntry => ({ ...entry, method: "DELETE", path });
