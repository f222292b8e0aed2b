/** One stretch of work; whether more may follow at once. */
export type FlightWork = () => Promise<{ readonly canContinue: boolean }>;

/**
 * Runs work one at a time. A wake-up that comes while it runs makes it run once more afterwards, so that what was
 * queued at the very end is not left for the next tick. Returns the run that a wake-up started, null if one was on.
 */
export function createSingleFlight(): (work: FlightWork) => Promise<void> | null {
  let isRunning = false;
  let isWantedAgain = false;

  const run = async (work: FlightWork): Promise<void> => {
    try {
      let canContinue = true;
      do {
        isWantedAgain = false;
        ({ canContinue } = await work());
      } while (isWantedAgain && canContinue);
    } finally {
      isRunning = false;
    }
  };
  return (work) => {
    if (isRunning) {
      isWantedAgain = true;
      return null;
    }
    isRunning = true;
    return run(work);
  };
}
