import { type ProcessUsage, readUsage } from "./read-usage.ts";
import type { FunctionWorker } from "./start-worker.ts";

export interface FunctionLimits {
  /** CPU time of one request, its work after the response included. */
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly memoryBytes: number;
}

export type ExceededLimit = "cpu" | "wall" | "memory";

/** What hosted gives a function. */
export const hostedLimits: FunctionLimits = {
  cpuMs: 2_000,
  wallMs: 150_000,
  memoryBytes: 256 * 1024 * 1024,
};

/** A request in flight, or the work that goes on after its response. */
interface Activity {
  readonly startedAt: number;
  cpuMs: number;
}

export interface Limiter {
  /** Counts one request; call the returned function when its response has ended. */
  begin(): () => void;
  activeCount(): number;
  /** The limit for which the worker was killed, if it was. */
  exceeded(): ExceededLimit | null;
}

/** How V8 ends a process whose heap is full. */
const heapSignals: readonly (NodeJS.Signals | null)[] = ["SIGABRT", "SIGTRAP", "SIGILL"];
const busyPollMs = 100;
const idlePollMs = 1_000;

/**
 * Holds a worker to its limits. A busy loop blocks the function's own timers, so it is watched from outside: CPU time
 * spent since the last look is shared equally among what was active.
 */
export function createLimiter(worker: FunctionWorker, limits: FunctionLimits): Limiter {
  const activities = new Set<Activity>();
  const background = new Map<number, Activity>();
  let exceeded: ExceededLimit | null = null;
  let last: ProcessUsage | null = null;

  const start = (): Activity => {
    const activity = { startedAt: Date.now(), cpuMs: 0 };
    activities.add(activity);
    return activity;
  };
  const findExceeded = (usage: ProcessUsage): ExceededLimit | null => {
    if (usage.rssBytes > limits.memoryBytes) return "memory";
    const spent = last === null ? 0 : usage.cpuMs - last.cpuMs;
    for (const activity of activities) {
      activity.cpuMs += spent / activities.size;
      if (activity.cpuMs > limits.cpuMs) return "cpu";
      if (Date.now() - activity.startedAt > limits.wallMs) return "wall";
    }
    return null;
  };
  const look = async (): Promise<void> => {
    const usage = await readUsage(worker.pid);
    if (usage === null || worker.hasEnded()) return;
    exceeded = findExceeded(usage);
    last = usage;
    if (exceeded !== null) worker.kill();
    else schedule();
  };
  const schedule = (): void => {
    setTimeout(() => void look(), activities.size > 0 ? busyPollMs : idlePollMs).unref();
  };

  worker.onBackground((id, isRunning) => {
    if (isRunning) background.set(id, start());
    else {
      const activity = background.get(id);
      if (activity) activities.delete(activity);
      background.delete(id);
    }
  });
  void worker.ended.then((signal) => {
    if (heapSignals.includes(signal)) exceeded = "memory";
  });
  schedule();
  return {
    begin() {
      const activity = start();
      return () => void activities.delete(activity);
    },
    activeCount: () => activities.size,
    exceeded: () => exceeded,
  };
}
