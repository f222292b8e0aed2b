import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setCorsHeaders } from "./cors.ts";
import { replyJson } from "./reply.ts";

const bodyless = new Set(["GET", "HEAD", "OPTIONS"]);
/** Sign-ups and the like are small. */
const maxBodyBytes = 1_048_576;

/** The whole body, or null when it is too long; what is too long is read to its end all the same. */
function readBody(request: IncomingMessage): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes <= maxBodyBytes) chunks.push(chunk);
      else resolve(null);
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", reject);
  });
}

function toHeaders(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const earlier = headers.get("x-forwarded-for");
  const address = request.socket.remoteAddress ?? "unknown";
  headers.set("x-forwarded-for", earlier === null ? address : `${earlier}, ${address}`);
  return headers;
}

async function send(answer: Response, response: ServerResponse): Promise<void> {
  const headers: Record<string, string | string[] | undefined> = Object.fromEntries(answer.headers);
  setCorsHeaders(headers);
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  response.writeHead(answer.status, headers);
  if (answer.body === null) {
    response.end();
    return;
  }
  const body = Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]);
  // A caller that goes away in the middle is no fault of ours.
  await pipeline(body, response).catch(() => response.destroy());
}

/** Serves a node request with a fetch handler in this process. */
export async function serveFetch(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  handler: (request: Request) => Promise<Response>,
): Promise<void> {
  const method = request.method ?? "GET";
  const headers = toHeaders(request);
  if (bodyless.has(method)) {
    await send(await handler(new Request(url, { method, headers })), response);
    return;
  }
  const body = await readBody(request);
  if (body === null) {
    replyJson(response, 413, { message: "The body is too long" }, { "access-control-allow-origin": "*" });
    return;
  }
  await send(await handler(new Request(url, { method, headers, body: new Uint8Array(body) })), response);
}
