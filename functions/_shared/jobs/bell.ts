/** Wakes up one sleeper. A ring while nobody waits is remembered, so none is missed. */
export interface Bell {
  ring(): void;
  /** Resolves with the next ring, or after `ms` without one. */
  wait(ms: number): Promise<void>;
}

export function createBell(): Bell {
  let isRung = false;
  let wakeUp: (() => void) | null = null;
  return {
    ring() {
      if (wakeUp === null) isRung = true;
      else wakeUp();
    },
    wait(ms) {
      if (isRung) {
        isRung = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          wakeUp = null;
          resolve();
        };
        const timer = setTimeout(end, ms);
        wakeUp = end;
      });
    },
  };
}
