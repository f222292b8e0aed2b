import { setTimeout as sleep } from "node:timers/promises";

export interface TickOptions {
  readonly apiUrl: string;
  readonly schedulerSecret: string;
  /** Asked before each tick: a stack without the function has nothing to wake. */
  readonly isWanted: () => Promise<boolean>;
  readonly onNotice: (line: string) => void;
  readonly everyMs?: number;
}

export interface Tick {
  stop(): Promise<void>;
}

/** Wakes the scheduler function every five seconds, as pg_cron does on hosted. Reports only when its answer changes. */
export function startTick(options: TickOptions): Tick {
  const { apiUrl, everyMs = 5_000 } = options;
  const abort = new AbortController();
  let lastFault: string | null = null;

  const report = (fault: string | null): void => {
    if (fault !== lastFault && !abort.signal.aborted) {
      options.onNotice(fault === null ? "scheduler tick answers again" : `scheduler tick: ${fault}`);
    }
    lastFault = fault;
  };
  const tick = async (): Promise<void> => {
    if (!(await options.isWanted())) return;
    try {
      const response = await fetch(`${apiUrl}/functions/v1/scheduler`, {
        method: "POST",
        headers: { authorization: `Bearer ${options.schedulerSecret}` },
        signal: abort.signal,
      });
      await response.body?.cancel();
      report(response.ok ? null : `answered ${response.status}`);
    } catch (error) {
      report(String(error));
    }
  };
  const run = async (): Promise<void> => {
    while (!abort.signal.aborted) {
      await tick();
      // Rejects only when aborted, which ends the loop.
      await sleep(everyMs, undefined, { signal: abort.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    async stop() {
      abort.abort();
      await running;
    },
  };
}
