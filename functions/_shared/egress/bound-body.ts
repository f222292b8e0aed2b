import type { Readable } from "node:stream";
import { EgressFault, toEgressFault } from "./egress-fault.ts";

/**
 * A web stream over a body that ends with UPSTREAM_TOO_LARGE after `maxBytes`. Reads only on demand, so that what waits
 * in memory is one chunk. `onEnd` is called once, however it ends.
 */
export function boundBody(
  source: Readable,
  maxBytes: number,
  signal: AbortSignal,
  onEnd: () => void,
): ReadableStream<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let count = 0;
  let hasEnded = false;
  const end = (): void => {
    if (hasEnded) return;
    hasEnded = true;
    signal.removeEventListener("abort", onAbort);
    source.destroy();
    onEnd();
  };
  let onAbort = (): void => end();
  const read = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const { done, value } = await chunks.next();
    if (hasEnded) return;
    if (done) {
      end();
      return controller.close();
    }
    count += value.length;
    if (count > maxBytes) throw new EgressFault("UPSTREAM_TOO_LARGE", "The target's answer is too large.");
    controller.enqueue(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        onAbort = () => {
          if (hasEnded) return;
          end();
          controller.error(toEgressFault(signal.reason, signal.reason));
        };
        signal.addEventListener("abort", onAbort, { once: true });
      },
      async pull(controller) {
        try {
          await read(controller);
        } catch (error) {
          if (hasEnded) return;
          end();
          controller.error(toEgressFault(error, signal.reason));
        }
      },
      cancel: () => end(),
    },
    { highWaterMark: 0 },
  );
}
