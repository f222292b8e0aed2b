import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type RunFunctionOptions, type RunningFunction, runFunction } from "./run-function.ts";
import { watchCode } from "./watch-code.ts";

export interface FunctionHost {
  /** The running worker of a function, started if need be; "missing" or "broken" when there is none. */
  find(name: string): Promise<RunningFunction | "missing" | "broken">;
  has(name: string): Promise<boolean>;
  /** Ends the worker when its requests are done; the next request starts a new one. */
  restart(name: string): void;
  /** kill -9, as a crash. Resolves with the pid that was killed, null when the function does not run. */
  kill(name: string): Promise<number | null>;
  pidOf(name: string): Promise<number | null>;
  stop(): Promise<void>;
}

/** How long the requests in flight may take when the stack stops; jobs that are cut are resumed by their leases. */
const stopPatienceMs = 2_000;
const isFunctionName = (name: string): boolean => /^[a-z][a-z0-9-]*$/.test(name);

/** Starts each function on its first use, holds it to its limits, and starts it anew when code changes or it died. */
export function createFunctionHost(options: RunFunctionOptions): FunctionHost {
  const slots = new Map<string, Promise<RunningFunction | null>>();
  const retired = new Set<Promise<RunningFunction | null>>();

  const start = (name: string): Promise<RunningFunction | null> => {
    const forget = (): void => {
      if (slots.get(name) === started) slots.delete(name);
    };
    const started = runFunction(name, options, forget).then((running) => {
      if (running === null) forget();
      return running;
    });
    return started;
  };
  const has = async (name: string): Promise<boolean> => {
    if (!isFunctionName(name)) return false;
    return stat(join(options.functionsRoot, name, "index.ts")).then(
      (entry) => entry.isFile(),
      () => false,
    );
  };
  const restart = (name: string): void => {
    const slot = slots.get(name);
    slots.delete(name);
    if (!slot) return;
    retired.add(slot);
    // The wall limit ends each of its requests by then.
    void slot.then((running) => running?.drain(options.limits.wallMs)).finally(() => retired.delete(slot));
  };
  const restartAll = (): void => {
    for (const name of [...slots.keys()]) restart(name);
  };
  const stopWatching = watchCode(options.functionsRoot, restartAll, (error) =>
    options.onNotice(`code changes are no longer seen: ${error.message}`),
  );
  return {
    has,
    restart,
    async find(name) {
      if (!(await has(name))) return "missing";
      const existing = slots.get(name);
      const running = await existing;
      // Its end may not have been seen yet; then a new one is due.
      if (running && !running.worker.hasEnded()) return running;
      if (slots.get(name) === existing) slots.set(name, start(name));
      return (await slots.get(name)) ?? "broken";
    },
    async kill(name) {
      const running = await slots.get(name);
      running?.worker.kill();
      await running?.worker.ended;
      return running?.worker.pid ?? null;
    },
    pidOf: async (name) => (await slots.get(name))?.worker.pid ?? null,
    async stop() {
      stopWatching();
      restartAll();
      await Promise.all([...retired].map(async (slot) => (await slot)?.drain(stopPatienceMs)));
    },
  };
}
