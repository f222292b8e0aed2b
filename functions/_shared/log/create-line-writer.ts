/** So that a busy function prints fifty times a second at most. What a killed process had not printed is lost. */
const delayMs = 20;

interface LineWriter {
  /** Writes within 20 ms, together with the lines that come until then. */
  writeSoon(line: string): void;
  /** Writes now, after all that waits: for lines that a crash must not swallow. */
  writeNow(line: string): void;
}

/**
 * Gathers lines and prints them in one go, separated by line breaks: the call costs more than all else that is done for
 * a refused request.
 */
export function createLineWriter(print: (text: string) => void): LineWriter {
  let waiting: string[] = [];
  const flush = (): void => {
    if (waiting.length === 0) return;
    const lines = waiting;
    waiting = [];
    print(lines.join("\n"));
  };
  return {
    writeSoon(line) {
      if (waiting.push(line) === 1) setTimeout(flush, delayMs);
    },
    writeNow(line) {
      waiting.push(line);
      flush();
    },
  };
}
