import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AuthServer } from "../auth/create-auth-server.ts";
import type { FunctionHost } from "../functions/create-function-host.ts";
import { StackError } from "../process/stack-error.ts";
import { type ApiKeys, checkApiKey, type KeyCheck, type KeyRole } from "./check-api-key.ts";
import { answerPreflight, setCorsHeaders } from "./cors.ts";
import { forward } from "./forward.ts";
import { replyJson } from "./reply.ts";
import { serveFetch } from "./serve-fetch.ts";
import { serveFunctionRequest } from "./serve-function-request.ts";

export interface GatewayOptions {
  readonly port: number;
  readonly keys: ApiKeys;
  /** The token that stands for a key when the caller brings no token of its own. */
  readonly tokens: Readonly<Record<KeyRole, string>>;
  readonly restPort: number;
  readonly auth: AuthServer;
  readonly functions: FunctionHost;
  readonly onNotice: (line: string) => void;
}

export interface Gateway {
  readonly url: string;
  stop(): Promise<void>;
}

const cors = { "access-control-allow-origin": "*" };

function refuseKey(response: ServerResponse, check: "none" | "wrong"): void {
  const message = check === "none" ? "No API key found in request" : "Invalid API key";
  replyJson(response, 401, { message, hint: "Send a valid key in the header apikey." }, cors);
}

async function serveRest(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  check: Exclude<KeyCheck, string>,
  options: GatewayOptions,
): Promise<void> {
  // PostgREST would take the parameter for a filter on a column of that name.
  url.searchParams.delete("apikey");
  const authorization = check.hasUserToken
    ? request.headers.authorization
    : `Bearer ${options.tokens[check.role]}`;
  await forward(request, response, {
    port: options.restPort,
    path: `${url.pathname.slice("/rest/v1".length) || "/"}${url.search}`,
    headers: { authorization, apikey: undefined },
    onHeaders: setCorsHeaders,
    onFault: () => replyJson(response, 503, { message: "The REST API is not available right now" }, cors),
  });
}

const isBelow = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`);

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: GatewayOptions,
): Promise<void> {
  const target = request.url ?? "/";
  const base = `http://127.0.0.1:${options.port}`;
  // A target like "//[" is no address; one like "http://" names no path of ours.
  if (!target.startsWith("/") || !URL.canParse(target, base)) {
    replyJson(response, 400, { message: "the request target is not a path" }, cors);
    return;
  }
  const url = new URL(target, base);
  const check = checkApiKey(request, url, options.keys);
  const isFunction = isBelow(url.pathname, "/functions/v1");
  const isRest = isBelow(url.pathname, "/rest/v1");
  if (!isFunction && !isRest && !isBelow(url.pathname, "/auth/v1")) {
    replyJson(response, 404, { message: "no Route matched with those values" }, cors);
  } else if (request.method === "OPTIONS" && !isFunction) {
    answerPreflight(request, response);
  } else if (check === "wrong" || (check === "none" && !isFunction)) {
    refuseKey(response, check);
  } else if (isFunction) {
    await serveFunctionRequest(request, response, url, options.functions);
  } else if (isRest && typeof check === "object") {
    await serveRest(request, response, url, check, options);
  } else {
    await serveFetch(request, response, url, options.auth.fetch);
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === "EADDRINUSE";
      reject(
        new StackError(isTaken ? `port ${port} is taken` : `cannot listen on port ${port}: ${error.code}`),
      );
    });
    server.listen({ port, host: "127.0.0.1", exclusive: true }, resolve);
  });
}

/** Opens the platform's paths on 127.0.0.1: /rest/v1, /auth/v1 and /functions/v1. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const server = createServer((request, response) => {
    serve(request, response, options).catch((error: unknown) => {
      options.onNotice(`gateway: ${request.method} ${request.url?.split("?")[0]} failed: ${String(error)}`);
      replyJson(response, 500, { message: "The gateway failed over this request" }, cors);
    });
  });
  // Answers of up to the functions' 150 s must not be cut by a shorter limit of ours.
  server.requestTimeout = 0;
  await listen(server, options.port);
  return {
    url: `http://127.0.0.1:${options.port}`,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
