import { setTimeout as sleep } from "node:timers/promises";

/** Asks again and again until the answer is not null; null when the time is over. */
export async function waitFor<T>(
  ask: () => Promise<T | null>,
  { timeoutMs, everyMs = 250 }: { readonly timeoutMs: number; readonly everyMs?: number },
): Promise<T | null> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null || performance.now() >= end) return answer;
    await sleep(everyMs);
  }
}
