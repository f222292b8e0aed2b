/** Wakes up one sleeper. A ring while nobody waits is remembered, so none is missed. */
export interface Bell {
  ring(): void;
  /** Resolves with the next ring; with false after `ms` without one. */
  wait(ms: number): Promise<boolean>;
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
        return Promise.resolve(true);
      }
      return new Promise((resolve) => {
        const end = (hasRung: boolean): void => {
          clearTimeout(timer);
          wakeUp = null;
          resolve(hasRung);
        };
        const timer = setTimeout(end, ms, false);
        wakeUp = () => end(true);
      });
    },
  };
}
