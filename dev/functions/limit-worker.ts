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
/** One look costs the stack some 0.05 ms. */
const pollMs = 50;

/**
 * Holds a worker to its limits. A busy loop blocks the function's own timers, so it is watched from outside: CPU time
 * spent since the last look is shared equally among what was active then.
 */
export function createLimiter(worker: FunctionWorker, limits: FunctionLimits): Limiter {
  const activities = new Set<Activity>();
  const background = new Map<number, Activity>();
  let exceeded: ExceededLimit | null = null;
  let last: ProcessUsage | null = null;
  let endedSinceLook = 0;
  let isLooking = false;

  const findExceeded = (usage: ProcessUsage): ExceededLimit | null => {
    if (usage.rssBytes > limits.memoryBytes) return "memory";
    const spent = last === null ? 0 : usage.cpuMs - last.cpuMs;
    const share = spent / (activities.size + endedSinceLook);
    for (const activity of activities) {
      activity.cpuMs += share;
      if (activity.cpuMs > limits.cpuMs) return "cpu";
      if (Date.now() - activity.startedAt > limits.wallMs) return "wall";
    }
    return null;
  };
  const look = async (): Promise<void> => {
    if (isLooking || exceeded !== null) return;
    isLooking = true;
    const usage = await readUsage(worker.pid);
    isLooking = false;
    if (usage === null || worker.hasEnded()) return;
    exceeded = findExceeded(usage);
    last = usage;
    endedSinceLook = 0;
    if (exceeded !== null) worker.kill();
  };
  const start = (): Activity => {
    const activity = { startedAt: Date.now(), cpuMs: 0 };
    activities.add(activity);
    return activity;
  };
  const end = (activity: Activity | undefined): void => {
    if (activity && activities.delete(activity)) endedSinceLook += 1;
  };

  worker.onBackground((id, isRunning) => {
    if (isRunning) background.set(id, start());
    else {
      end(background.get(id));
      background.delete(id);
    }
  });
  const timer = setInterval(() => void look(), pollMs).unref();
  void worker.ended.then((signal) => {
    clearInterval(timer);
    if (heapSignals.includes(signal)) exceeded = "memory";
  });
  return {
    begin() {
      const activity = start();
      return () => end(activity);
    },
    activeCount: () => activities.size,
    exceeded: () => exceeded,
  };
}
