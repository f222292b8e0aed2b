import type { Db } from "./port.ts";

/** A Db whose transactions roll back once the signal is aborted, unless a call names a signal of its own. */
export function withSignal(db: Db, signal: AbortSignal): Db {
  return {
    asCaller: (caller, work, options) => db.asCaller(caller, work, { signal, ...options }),
    asWorker: (scope, work, options) => db.asWorker(scope, work, { signal, ...options }),
    close: () => db.close(),
  };
}
