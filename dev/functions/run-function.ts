import { Agent } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endProcess } from "../process/end-process.ts";
import { createLimiter, type FunctionLimits, type Limiter } from "./limit-worker.ts";
import { type FunctionWorker, startWorker, type WorkerOptions } from "./start-worker.ts";

export type RunFunctionOptions = Omit<WorkerOptions, "name" | "logFile"> & {
  readonly logDir: string;
  readonly limits: FunctionLimits;
  readonly onNotice: (line: string) => void;
};

export interface RunningFunction {
  readonly worker: FunctionWorker;
  readonly limiter: Limiter;
  /** Connections to this very process; a new worker gets new ones. */
  readonly agent: Agent;
  /** Ends the process when its requests are done, or after the time. May be asked again with less patience. */
  drain(timeoutMs: number): Promise<void>;
}

async function drain(worker: FunctionWorker, limiter: Limiter, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  // Once before the first look: a request that was just given this worker has not begun yet.
  do await sleep(50);
  while (limiter.activeCount() > 0 && !worker.hasEnded() && Date.now() < deadline);
  if (worker.hasEnded()) return;
  await endProcess(worker.pid, [
    { signal: "SIGTERM", waitMs: 1_000 },
    { signal: "SIGKILL", waitMs: 3_000 },
  ]);
}

/** Starts a function with its limits; null when it does not start. `onEnd` is called when its process is gone. */
export async function runFunction(
  name: string,
  options: RunFunctionOptions,
  onEnd: (running: RunningFunction) => void,
): Promise<RunningFunction | null> {
  const logFile = join(options.logDir, `${name}.log`);
  const worker = await startWorker({ ...options, name, logFile });
  if (worker === null) {
    options.onNotice(`function ${name} does not start, see ${logFile}`);
    return null;
  }
  const limiter = createLimiter(worker, options.limits);
  const agent = new Agent({ keepAlive: true });
  let isRetired = false;
  const running: RunningFunction = {
    worker,
    limiter,
    agent,
    drain(timeoutMs) {
      isRetired = true;
      return drain(worker, limiter, timeoutMs);
    },
  };
  void worker.ended.then((signal) => {
    agent.destroy();
    const limit = limiter.exceeded();
    if (limit !== null) options.onNotice(`function ${name} was stopped: ${limit} limit`);
    else if (!isRetired)
      options.onNotice(`function ${name} ended (${signal ?? "by itself"}), see ${logFile}`);
    onEnd(running);
  });
  return running;
}
