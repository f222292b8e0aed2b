import { fail, ok, type Result } from "../errors/result.ts";
import type { RouteEntry, TenantSource } from "./route-table.ts";

const uuidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Default: the path's tenant where the path has one. */
export function findTenantSource(route: RouteEntry): TenantSource {
  if (route.auth !== "user") return "none";
  return route.tenant ?? (route.path.split("/").includes(":tenantId") ? "path" : "header");
}

/**
 * Which tenant a request acts in; null leaves it to the person's default. A header that is malformed or doubled
 * ("a, b") is refused, never taken for no header: who wanted one tenant must not act in another.
 */
export function resolveTenant(
  route: RouteEntry,
  headers: Headers,
  params: Readonly<Record<string, string>>,
): Result<string | null> {
  const header = headers.get("x-tenant-id");
  if (header !== null && !uuidShape.test(header)) return fail("TENANT_HEADER_INVALID");
  const named = header?.toLowerCase() ?? null;
  const source = findTenantSource(route);
  if (source === "header") {
    return named === null && route.method !== "GET" ? fail("TENANT_REQUIRED") : ok(named);
  }
  if (source === "none") return ok(named);
  const tenantId = params.tenantId?.toLowerCase() ?? "";
  if (!uuidShape.test(tenantId)) {
    const error = { path: "params.tenantId", code: "invalid_format", message: "Invalid UUID" };
    return fail("VALIDATION_FAILED", { errors: [error] });
  }
  return named === null || named === tenantId ? ok(tenantId) : fail("TENANT_MISMATCH");
}
