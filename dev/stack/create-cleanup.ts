/** Things to undo, newest first. */
export interface Cleanup {
  add(undo: () => Promise<void>): void;
  /** Runs every undo once, also when some throw; then throws the first fault. */
  run(): Promise<void>;
}

export function createCleanup(): Cleanup {
  const undos: (() => Promise<void>)[] = [];
  return {
    add(undo) {
      undos.push(undo);
    },
    async run() {
      const faults: unknown[] = [];
      for (const undo of undos.splice(0).reverse()) {
        await undo().catch((error: unknown) => faults.push(error));
      }
      if (faults.length > 0) throw faults[0];
    },
  };
}
