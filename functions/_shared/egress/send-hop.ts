import { Readable } from "node:stream";
import type { Client } from "undici";
import type { Deadline } from "./deadline.ts";
import { dialAddresses } from "./dial.ts";
import { EgressFault } from "./egress-fault.ts";
import type { EgressLimits, EgressParts } from "./egress-policy.ts";
import type { EgressBody, Hop } from "./egress-request.ts";

/** The beginning of an answer; its body waits in the connection. */
export interface HopAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
  /** Ends the connection, whatever state it is in. */
  close(): void;
}

const maxHeaderBytes = 16_384;

async function* countBytes(stream: ReadableStream<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let count = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      count += value.length;
      if (count > maxBytes) throw new EgressFault("BODY_TOO_LARGE", "The request body is too large.");
      yield value;
    }
  } finally {
    // Not awaited: a source that hangs would hold up the end of the call.
    void reader.cancel().catch(() => undefined);
  }
}

function toClientBody(body: EgressBody | null, maxBytes: number): Uint8Array | Readable | null {
  if (body === null || body instanceof Uint8Array) return body;
  return Readable.from(countBytes(body, maxBytes), { objectMode: false });
}

/** A client for one request over one connection to one of the judged addresses. */
async function openClient(
  { target }: Hop,
  addresses: readonly string[],
  { connectMs }: EgressLimits,
  { authorities }: EgressParts,
  signal: AbortSignal,
): Promise<Client> {
  const { Client: HttpClient } = await import("undici");
  const { host, port, isSecure } = target;
  const tls = { host: host.name, isAddress: host.bytes !== null, authorities };
  return new HttpClient(target.url.origin, {
    connect(_options, done) {
      dialAddresses({ addresses, port, connectMs, signal, ...(isSecure ? { tls } : {}) }).then(
        (socket) => done(null, socket),
        (error: Error) => done(error, null),
      );
    },
    allowH2: false,
    pipelining: 1,
    maxHeaderSize: maxHeaderBytes,
    // Our deadline counts the time; the client's own timers are coarser.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/**
 * Sends one request and waits for the headers of its answer. Throws when there is no such answer in time; the deadline's
 * signal stays able to end the connection until `close`.
 */
export async function sendHop(
  hop: Hop,
  addresses: readonly string[],
  limits: EgressLimits,
  parts: EgressParts,
  deadline: Deadline,
): Promise<HopAnswer> {
  const { url } = hop.target;
  const client = await openClient(hop, addresses, limits, parts, deadline.signal);
  const close = (): void => void client.destroy().catch(() => undefined);
  try {
    const { statusCode, headers, body } = await client.request({
      path: url.pathname + url.search,
      method: hop.method,
      headers: [...hop.headers, ["accept-encoding", "gzip, br"] as const].flat(),
      body: toClientBody(hop.body, limits.requestBytes),
      reset: true,
      signal: deadline.signal,
    });
    // An error is told to whoever reads; when nobody does yet, it must not end the process.
    body.on("error", () => undefined);
    return { status: statusCode, headers, body, close };
  } catch (error) {
    close();
    throw error;
  }
}
