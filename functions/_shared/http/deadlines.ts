interface Deadline {
  readonly at: number;
  readonly onDue: () => void;
}

/** Ends a request that takes too long. */
export interface Deadlines {
  /** Calls `onDue` after this time, unless the function that it returns is called first. */
  begin(afterMs: number, onDue: () => void): () => void;
}

/** Node would wait for it before it ends; elsewhere the timer may be a number. */
function unrefTimer(timer: unknown): void {
  if (typeof timer === "object" && timer !== null && "unref" in timer) (timer as { unref(): void }).unref();
}

/**
 * One timer for all requests: it stands at the earliest deadline and, when that has come or gone, at the next.
 * A timer of its own for each request costs as much as answering it.
 */
export function createDeadlines(now: () => number = () => performance.now()): Deadlines {
  const open = new Set<Deadline>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let timerAt = Number.POSITIVE_INFINITY;

  const arm = (at: number): void => {
    if (timer !== null) clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(ring, Math.max(0, at - now()));
    unrefTimer(timer);
  };
  const ring = (): void => {
    timer = null;
    timerAt = Number.POSITIVE_INFINITY;
    // Timers count whole milliseconds and may be a fraction early.
    const due = [...open].filter((deadline) => deadline.at <= now() + 1);
    for (const deadline of due) {
      open.delete(deadline);
      deadline.onDue();
    }
    const next = Math.min(...Array.from(open, (deadline) => deadline.at));
    if (next < timerAt) arm(next);
  };
  return {
    begin(afterMs, onDue) {
      const deadline = { at: now() + afterMs, onDue };
      open.add(deadline);
      if (deadline.at < timerAt) arm(deadline.at);
      return () => {
        open.delete(deadline);
      };
    },
  };
}
