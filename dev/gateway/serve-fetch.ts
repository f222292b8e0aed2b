import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setCorsHeaders } from "./cors.ts";

const bodyless = new Set(["GET", "HEAD", "OPTIONS"]);

function toRequest(request: IncomingMessage, url: URL, headers: Headers): Request {
  const method = request.method ?? "GET";
  if (bodyless.has(method)) return new Request(url, { method, headers });
  const body = Readable.toWeb(request) as ReadableStream<Uint8Array>;
  return new Request(url, { method, headers, body, duplex: "half" } as RequestInit);
}

/** Serves a node request with a fetch handler in this process. */
export async function serveFetch(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  handler: (request: Request) => Promise<Response>,
): Promise<void> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const earlier = headers.get("x-forwarded-for");
  const address = request.socket.remoteAddress ?? "unknown";
  headers.set("x-forwarded-for", earlier === null ? address : `${earlier}, ${address}`);
  const answer = await handler(toRequest(request, url, headers));
  const answered: Record<string, string | string[] | undefined> = Object.fromEntries(answer.headers);
  setCorsHeaders(answered);
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) answered["set-cookie"] = cookies;
  response.writeHead(answer.status, answered);
  if (answer.body === null) {
    response.end();
    return;
  }
  // A caller that goes away in the middle is no fault of ours.
  await pipeline(Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]), response).catch(
    () => response.destroy(),
  );
}
