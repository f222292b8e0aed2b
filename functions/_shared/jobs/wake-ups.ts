/** Tells whoever is at work that there is more of it. What is told while nobody listens is lost: a start looks anyway. */
export interface WakeUps {
  tell(): void;
  /** Returns what ends the listening. */
  listen(callback: () => void): () => void;
}

export function createWakeUps(): WakeUps {
  const callbacks = new Set<() => void>();
  return {
    tell() {
      for (const callback of callbacks) callback();
    },
    listen(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
  };
}
