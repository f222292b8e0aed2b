import { pipeline, type Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { EgressFault } from "./egress-fault.ts";

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Encoded bytes that decode to nothing are bytes as well. */
function capEncoded(maxBytes: number): (source: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array> {
  return async function* cap(source) {
    let count = 0;
    for await (const chunk of source) {
      count += chunk.length;
      if (count > maxBytes) throw new EgressFault("UPSTREAM_TOO_LARGE", "The target's answer is too large.");
      yield chunk;
    }
  };
}

/**
 * The body without its content coding. One coding only: a stack of them is a bomb with a longer fuse, and unknown ones
 * could not be counted. Throws UPSTREAM_INVALID for those. Decoding goes no further than it is read.
 */
export function decodeBody(body: Readable, coding: string | undefined, maxBytes: number): Readable {
  const name = (coding ?? "identity").trim().toLowerCase();
  if (name === "identity" || name === "") return body;
  const create = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  if (!create)
    throw new EgressFault("UPSTREAM_INVALID", "The target's answer has an unknown content coding.");
  const decoder = create();
  // The error reaches the reader through the decoder, which the pipeline destroys with it.
  pipeline(body, capEncoded(maxBytes), decoder, () => undefined);
  return decoder;
}
