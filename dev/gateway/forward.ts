import { type Agent, type IncomingMessage, request as openRequest, type ServerResponse } from "node:http";

export interface ForwardOptions {
  readonly port: number;
  readonly path: string;
  readonly agent?: Agent;
  /** Set on top of the caller's headers; undefined removes one. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Changes the answer's headers before they are sent. */
  readonly onHeaders?: (headers: Record<string, string | string[] | undefined>) => void;
  /** The upstream gave no answer: it cannot be reached, or it died over it. */
  readonly onFault: (error: Error) => void;
}

const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "upgrade",
  "expect",
]);

/** The caller's headers for the upstream, with the caller's address at the end of x-forwarded-for. */
function toUpstreamHeaders(
  request: IncomingMessage,
  changes: Readonly<Record<string, string | undefined>>,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !hopByHop.has(name)) headers[name] = value;
  }
  const address = request.socket.remoteAddress ?? "unknown";
  const earlier = request.headers["x-forwarded-for"];
  headers["x-forwarded-for"] = earlier === undefined ? address : `${earlier}, ${address}`;
  headers["x-forwarded-proto"] = "http";
  headers["x-forwarded-host"] = request.headers.host ?? "127.0.0.1";
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete headers[name];
    else headers[name] = value;
  }
  return headers;
}

/** Streams a request to a server on 127.0.0.1 and its answer back, neither held in memory. Resolves when it is over. */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  options: ForwardOptions,
): Promise<void> {
  return new Promise((resolve) => {
    const upstream = openRequest({
      host: "127.0.0.1",
      port: options.port,
      path: options.path,
      method: request.method,
      headers: toUpstreamHeaders(request, options.headers ?? {}),
      setHost: false,
      ...(options.agent ? { agent: options.agent } : {}),
    });
    let hasAnswer = false;
    upstream.on("response", (answer) => {
      hasAnswer = true;
      const headers: Record<string, string | string[] | undefined> = { ...answer.headers };
      for (const name of hopByHop) delete headers[name];
      options.onHeaders?.(headers);
      response.writeHead(answer.statusCode ?? 502, headers);
      // Headers at once: an event stream's first event may be a long way off.
      response.flushHeaders();
      answer.pipe(response);
      answer.on("error", () => response.destroy());
    });
    upstream.on("error", (error) => {
      // After an early answer the upstream may close while the caller still sends; that is no fault.
      if (!hasAnswer && !response.destroyed) options.onFault(error);
    });
    response.on("close", () => {
      // An early answer leaves a body half read. It has to be read to its end, or the caller's next request waits behind
      // it on the same connection; unpiped first, because an upstream that closes pauses what is piped into it.
      request.unpipe(upstream);
      request.resume();
      upstream.destroy();
      resolve();
    });
    request.pipe(upstream);
  });
}
