import { EgressFault } from "./egress-fault.ts";

/** Ends everything of one call: its connections, its timers, its streams. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Starts the wait for the headers of a hop; the function returned ends it. */
  awaitFirstByte(timeoutMs: number): () => void;
  /** The call is over: nothing of it may run on. */
  end(): void;
}

/** Starts the clock of a whole call. The caller's signal ends it too. */
export function startDeadline(totalMs: number, callerSignal: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const abort = (fault: EgressFault): void => controller.abort(fault);
  const onCallerAbort = (): void => abort(new EgressFault("TIMEOUT", "The request was given up."));
  const total = setTimeout(
    () => abort(new EgressFault("UPSTREAM_TIMEOUT", "The target did not finish in time.")),
    totalMs,
  );
  if (callerSignal?.aborted) onCallerAbort();
  callerSignal?.addEventListener("abort", onCallerAbort, { once: true });
  return {
    signal: controller.signal,
    awaitFirstByte(timeoutMs) {
      const late = new EgressFault("UPSTREAM_TIMEOUT", "The target did not begin to answer in time.");
      const timer = setTimeout(() => abort(late), timeoutMs);
      return () => clearTimeout(timer);
    },
    end() {
      clearTimeout(total);
      callerSignal?.removeEventListener("abort", onCallerAbort);
    },
  };
}
