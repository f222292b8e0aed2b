import { readProcessStart } from "../process/find-process.ts";
import { findNpmProcess } from "./find-npm-process.ts";

const watchMs = 500;

/** Calls back when the npm that started us is gone: killed with -9 it cannot pass a signal on. */
async function watchNpm(onGone: () => void): Promise<void> {
  const npm = await findNpmProcess();
  if (npm === null) return;
  const start = await readProcessStart(npm);
  const timer = setInterval(() => {
    void readProcessStart(npm).then((now) => {
      if (now === start) return;
      clearInterval(timer);
      onGone();
    });
  }, watchMs);
  timer.unref();
}

/**
 * Resolves when the stack shall stop: Ctrl-C, SIGTERM, a closed terminal, or the end of the npm that started it. A second
 * signal while the stack is stopping ends the process at once; what it started is then ended by the reaper.
 */
export function waitForEnd(): Promise<void> {
  return new Promise((resolve, reject) => {
    let hasSignal = false;
    const onSignal = (): void => {
      if (hasSignal) process.exit(1);
      hasSignal = true;
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
    watchNpm(resolve).catch(reject);
  });
}
