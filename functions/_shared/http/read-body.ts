import { fail, ok, type Result } from "../errors/result.ts";

/** 1 MiB. */
export const defaultMaxBodyBytes = 1_048_576;

const jsonType = /^application\/json *(; *charset="?utf-8"? *)?$/i;

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Counts while it reads, because chunked bodies do not say their length and a stated one may be wrong. */
async function readBytes(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Result<Uint8Array>> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return ok(join(chunks, length));
    length += value.length;
    if (length > maxBytes) {
      // Not awaited: a sender that never stops would never be told.
      void reader.cancel().catch(() => undefined);
      return fail("BODY_TOO_LARGE");
    }
    chunks.push(value);
  }
}

/**
 * Reads a JSON body as text, undefined when there is none. Too large by its own word, or of another type: refused
 * before a byte is read, so that the caller is answered at once.
 */
export async function readJsonText(request: Request, maxBytes: number): Promise<Result<string | undefined>> {
  const { body, headers } = request;
  if (body === null || headers.get("content-length") === "0") return ok(undefined);
  if (Number(headers.get("content-length") ?? 0) > maxBytes) return fail("BODY_TOO_LARGE");
  const isJson = jsonType.test(headers.get("content-type") ?? "");
  if (!isJson && headers.has("content-length")) return fail("BODY_TYPE_UNSUPPORTED");
  const bytes = await readBytes(body, maxBytes);
  if (!bytes.ok) return bytes;
  // Some runtimes give every POST a body stream; one without content needs no type.
  if (bytes.value.length === 0) return ok(undefined);
  if (!isJson) return fail("BODY_TYPE_UNSUPPORTED");
  try {
    return ok(new TextDecoder("utf-8", { fatal: true }).decode(bytes.value));
  } catch {
    return fail("BODY_NOT_JSON", { detail: "The body is not valid UTF-8." });
  }
}
