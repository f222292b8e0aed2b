import { describe, expect, it } from "vitest";
import { createSingleFlight } from "../../../functions/_shared/jobs/single-flight.ts";

/** Work that ends when it is told to. */
function createWork(canContinue: boolean) {
  const finish: (() => void)[] = [];
  const work = () =>
    new Promise<{ canContinue: boolean }>((resolve) => finish.push(() => resolve({ canContinue })));
  return { work, finish };
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 1));

describe("single flight", () => {
  it("wake-ups during a run start no second one beside it, and exactly one after it", async () => {
    const { work, finish } = createWork(true);
    const wake = createSingleFlight();
    const run = wake(work);
    expect([wake(work), wake(work), wake(work)]).toEqual([null, null, null]);
    expect(finish).toHaveLength(1);
    finish[0]?.();
    await settle();
    expect(finish).toHaveLength(2);
    finish[1]?.();
    await run;
    expect(finish).toHaveLength(2);
  });

  it("after a limit was reached nothing more follows at once", async () => {
    const { work, finish } = createWork(false);
    const wake = createSingleFlight();
    const run = wake(work);
    wake(work);
    finish[0]?.();
    await run;
    expect(finish).toHaveLength(1);
  });

  it("a run that failed does not block the next", async () => {
    const wake = createSingleFlight();
    await expect(wake(() => Promise.reject(new Error("a bug")))).rejects.toThrow("a bug");
    expect(wake(async () => ({ canContinue: true }))).not.toBeNull();
  });
});
