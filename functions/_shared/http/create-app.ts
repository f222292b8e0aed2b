import { parseFunctionEnv } from "../env/function-env.ts";
import { describeError } from "../log/describe-error.ts";
import type { Answer } from "./answer.ts";
import { createResponder, type Exchange, type Outcome } from "./answer-request.ts";
import type { LoadDocument } from "./built-in-paths.ts";
import { toCorsHeaders } from "./cors.ts";
import { createServices } from "./create-services.ts";
import { toProblem } from "./problem.ts";
import type { RouteEntry } from "./route-table.ts";
import type { Services } from "./services.ts";

export interface AppOptions {
  /** The function's name, first segment of all its paths. */
  readonly name: string;
  readonly routes: readonly RouteEntry[];
  /** Variables of the process. Unusable ones end the start with one EnvError that names them all. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The generated OpenAPI document; a literal dynamic import. */
  readonly loadOpenApi?: LoadDocument;
  /** Replaces single services, for tests. */
  readonly services?: Partial<Services>;
}

export interface App {
  fetch(request: Request): Promise<Response>;
  /** Ends the database connections. */
  close(): Promise<void>;
}

/** Headers of every response. What an API answers is for this caller, now; a route that knows better says so. */
const baseHeaders = { "cache-control": "no-store", "x-content-type-options": "nosniff" } as const;

function toResponse(answer: Answer, exchange: Exchange, allowedOrigins: readonly string[]): Response {
  const { request, requestId } = exchange;
  const headers = {
    ...baseHeaders,
    "x-request-id": requestId,
    ...toCorsHeaders(request.headers.get("origin"), allowedOrigins),
    ...answer.headers,
  };
  const body = request.method === "HEAD" ? null : answer.body;
  return new Response(body, { status: answer.status, headers });
}

/** One line for each request, but for health checks and preflights. */
function logOutcome(outcome: Outcome, exchange: Exchange, name: string, durationMs: number): void {
  const { answer, pattern, caller } = outcome;
  const { method } = exchange.request;
  if (method === "OPTIONS" || pattern === `/${name}/health`) return;
  exchange.log[answer.status >= 500 ? "warn" : "info"]("request", {
    method: /^[A-Z]{1,10}$/.test(method) ? method : "?",
    route: pattern,
    status: answer.status,
    durationMs: Math.round(durationMs),
    ...(answer.code === undefined ? {} : { code: answer.code }),
    ...(caller ? { userId: caller.userId } : {}),
    ...(caller?.tenantId ? { tenantId: caller.tenantId } : {}),
  });
}

/**
 * Makes a function's app. Every answer that is no success is problem+json with a code of the registry; a throw is a
 * bug, is logged, and answers a 500 that says nothing but its request id.
 */
export function createApp(options: AppOptions): App {
  const env = parseFunctionEnv(options.environment);
  const services: Services = { ...createServices(options.name, env), ...options.services };
  const respond = createResponder(options, services);

  return {
    async fetch(request) {
      const startedAt = performance.now();
      // Always our own: an id that the caller chose could be made to point at somebody else's log lines.
      const requestId = crypto.randomUUID();
      const exchange = { request, requestId, log: services.log.with({ requestId }) };
      let outcome: Outcome;
      try {
        outcome = await respond(exchange);
      } catch (error) {
        exchange.log.error("request-fault", describeError(error));
        outcome = { answer: toProblem({ code: "INTERNAL" }, requestId), pattern: "" };
      }
      logOutcome(outcome, exchange, options.name, performance.now() - startedAt);
      return toResponse(outcome.answer, exchange, env.allowedOrigins);
    },
    close: () => services.db.close(),
  };
}
