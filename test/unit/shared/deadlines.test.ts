import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createDeadlines } from "../../../functions/_shared/http/deadlines.ts";

describe("deadlines of requests", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const start = () => {
    const deadlines = createDeadlines(() => Date.now());
    const due: string[] = [];
    return { due, begin: (name: string, ms: number) => deadlines.begin(ms, () => due.push(name)) };
  };

  it("each comes in its own time, in whatever order they began", () => {
    const { due, begin } = start();
    begin("late", 30_000);
    begin("early", 100);
    begin("middle", 5_000);
    vi.advanceTimersByTime(98);
    expect(due).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(due).toEqual(["early"]);
    vi.advanceTimersByTime(4_900);
    expect(due).toEqual(["early", "middle"]);
    vi.advanceTimersByTime(25_000);
    expect(due).toEqual(["early", "middle", "late"]);
  });

  it("an ended request is never cut, and holds up no other one", () => {
    const { due, begin } = start();
    const end = begin("ended", 1_000);
    vi.advanceTimersByTime(500);
    end();
    begin("later", 1_000);
    vi.advanceTimersByTime(998);
    expect(due).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(due).toEqual(["later"]);
  });

  it("10,000 requests need one timer, which goes when they have", () => {
    const { begin } = start();
    const ends = Array.from({ length: 10_000 }, (_, at) => begin(String(at), 30_000));
    expect(vi.getTimerCount()).toBe(1);
    for (const end of ends) end();
    vi.advanceTimersByTime(30_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
