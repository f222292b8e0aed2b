import type { Caller } from "../auth/caller.ts";
import { ok, type Result } from "../errors/result.ts";
import type { Logger } from "../log/logger.ts";
import { type Answer, toJsonAnswer } from "./answer.ts";
import { authenticatePerson, authenticateScheduler } from "./authenticate.ts";
import { createBuiltInPaths, type LoadDocument } from "./built-in-paths.ts";
import { toPreflightHeaders } from "./cors.ts";
import { createMatcher, type PathMatch } from "./match-route.ts";
import { toProblem } from "./problem.ts";
import { decodeParams, type RequestTarget, readTarget } from "./read-path.ts";
import { resolveTenant } from "./resolve-tenant.ts";
import type { Method, RouteEntry } from "./route-table.ts";
import type { Services } from "./services.ts";

export interface Exchange {
  readonly request: Request;
  readonly requestId: string;
  readonly log: Logger;
}

export interface Outcome {
  readonly answer: Answer;
  /** Pattern of the path, for the log; empty when nothing matched. */
  readonly pattern: string;
  /** Who was let in, for the log. */
  readonly caller?: Caller | null;
}

interface ResponderOptions {
  readonly name: string;
  readonly routes: readonly RouteEntry[];
  readonly loadOpenApi?: LoadDocument;
}

/** Loaded with the first request that is let in. */
let runRoute: typeof import("./run-route.ts").runRoute | null = null;

async function authenticate(
  route: RouteEntry,
  { request, requestId }: Exchange,
  params: Readonly<Record<string, string>>,
  services: Services,
): Promise<Result<Caller | null>> {
  if (route.auth === "public") return ok(null);
  if (route.auth === "scheduler") return authenticateScheduler(request.headers, services);
  const caller = await authenticatePerson(request.headers, requestId, services);
  if (!caller.ok) return caller;
  const tenantId = resolveTenant(route, request.headers, params);
  return tenantId.ok ? ok({ ...caller.value, tenantId: tenantId.value }) : tenantId;
}

/** Only what passes all of this loads the module of a route, with the schema library and the driver behind it. */
async function answerRoute(
  route: RouteEntry,
  exchange: Exchange,
  rawParams: Readonly<Record<string, string>>,
  { path, search }: RequestTarget,
  services: Services,
): Promise<Outcome> {
  const { request, requestId, log } = exchange;
  const pattern = route.path;
  const params = path.includes("%") ? decodeParams(rawParams) : rawParams;
  if (params === null) return { answer: toProblem({ code: "PATH_INVALID" }, requestId), pattern };
  const authenticated = await authenticate(route, exchange, params, services);
  if (!authenticated.ok) return { answer: toProblem(authenticated.error, requestId), pattern };
  const caller = authenticated.value;
  runRoute ??= (await import("./run-route.ts")).runRoute;
  const answer = await runRoute(route, { request, params, search, requestId, caller, services, log });
  return { answer, pattern, caller };
}

function findRoute(match: PathMatch, method: string): RouteEntry | undefined {
  return match.entry.byMethod.get((method === "HEAD" ? "GET" : method) as Method);
}

const builtInAllow = "GET, HEAD, OPTIONS";
const isRead = (method: string): boolean => method === "GET" || method === "HEAD";

/** From request to answer: path, method, credential, tenant, and only then the route. */
export function createResponder(
  options: ResponderOptions,
  services: Services,
): (exchange: Exchange) => Promise<Outcome> {
  const match = createMatcher(options.routes);
  const builtIns = createBuiltInPaths(options.name, options.loadOpenApi);

  return async (exchange) => {
    const { request, requestId } = exchange;
    const { method } = request;
    const target = readTarget(request.url);
    if (target === null) return { answer: toProblem({ code: "PATH_TOO_LONG" }, requestId), pattern: "" };
    const builtIn = builtIns.get(target.path);
    const found = builtIn === undefined ? match(target.path) : null;
    if (builtIn === undefined && found === null) {
      return { answer: toProblem({ code: "NOT_FOUND" }, requestId), pattern: "" };
    }
    const allow = found?.entry.allow ?? builtInAllow;
    const pattern = found?.entry.path ?? target.path;
    if (method === "OPTIONS") {
      return { answer: toJsonAnswer(204, undefined, toPreflightHeaders(allow)), pattern };
    }
    if (builtIn !== undefined && isRead(method)) return { answer: await builtIn(), pattern };
    const route = found === null ? undefined : findRoute(found, method);
    if (found === null || route === undefined) {
      return { answer: toProblem({ code: "METHOD_NOT_ALLOWED" }, requestId, { allow }), pattern };
    }
    return answerRoute(route, exchange, found.params, target, services);
  };
}
