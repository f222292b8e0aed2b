import { expect } from "vitest";
import { type ErrorCode, errorCodes, isErrorCode } from "../../../functions/_shared/errors/codes.ts";
import type { SystemRoute } from "../../../functions/_shared/http/define-route.ts";
import { createMatcher } from "../../../functions/_shared/http/match-route.ts";
import type { Method, RouteEntry } from "../../../functions/_shared/http/route-table.ts";
import { listErrorCodes } from "../../../scripts/docs/list-error-codes.ts";

export interface Documentable {
  readonly status: number;
  readonly body: unknown;
}

/** Answers that come before a route is found, so that no route documents them. */
const beforeRoutes: readonly ErrorCode[] = ["NOT_FOUND", "METHOD_NOT_ALLOWED", "PATH_TOO_LONG"];

/** Fails when a route answers something that its OpenAPI description does not say, down to a field too many. */
export function createDocumentCheck(
  routes: readonly RouteEntry[],
): (method: string, path: string, answer: Documentable) => Promise<void> {
  const match = createMatcher(routes);
  return async (method, path, { status, body }) => {
    const pathname = (path.split("?")[0] ?? "").replace(/^\/functions\/v1/, "").replace(/(.)\/$/, "$1");
    const entry = match(pathname)?.entry.byMethod.get((method === "HEAD" ? "GET" : method) as Method);
    if (entry === undefined || method === "HEAD") return;
    const route = (await entry.load()) as SystemRoute;
    const where = `${method} ${entry.path}`;
    if (status < 300) {
      const spec = route.responses[status];
      expect(spec, `${where} documents ${status}`).toBeDefined();
      if (spec?.schema === undefined) expect(body, where).toBeNull();
      else expect(spec.schema.parse(body), where).toEqual(body);
      return;
    }
    const code = (body as { code?: string } | null)?.code ?? "";
    expect(isErrorCode(code) && errorCodes[code].status === status, `${where}: ${code} is ${status}`).toBe(
      true,
    );
    if (isErrorCode(code) && !beforeRoutes.includes(code)) {
      expect(listErrorCodes(entry, route), `${where} documents ${code}`).toContain(code);
    }
  };
}
