import { setTimeout as sleep } from "node:timers/promises";
import { isProcessAlive } from "./find-process.ts";

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // ESRCH: it ended by itself meanwhile, which is what we want.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function waitForEnd(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (await isProcessAlive(pid)) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/** Sends each signal in turn and waits after each; the last one should be SIGKILL. Resolves when the process is gone. */
export async function endProcess(
  pid: number,
  steps: readonly { signal: NodeJS.Signals; waitMs: number }[],
): Promise<void> {
  for (const step of steps) {
    signal(pid, step.signal);
    if (await waitForEnd(pid, step.waitMs)) return;
  }
  throw new Error(`process ${pid} does not end`);
}
