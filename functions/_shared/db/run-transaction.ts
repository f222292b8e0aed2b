import { toFailure } from "../errors/from-sqlstate.ts";
import { fail, ok, type Result } from "../errors/result.ts";
import { DatabaseError, isConnectionFault, isServerError } from "./database-error.ts";
import type { Tx } from "./port.ts";

/** What the transaction needs of a driver's connection. */
export interface Connection {
  query(text: string, params?: readonly unknown[]): Promise<{ rows: unknown[]; command: string }>;
  /** Gives the connection back; with true it is closed, because nobody knows its state. */
  release(isBroken: boolean): void;
}

export interface TransactionOptions {
  readonly readOnly: boolean;
  readonly signal: AbortSignal | undefined;
}

/** A Tx that refuses to work once its transaction is over: what would run then has no role and no settings. */
function openTx(connection: Connection): { tx: Tx; close(): void } {
  let isOpen = true;
  let last: Promise<unknown> = Promise.resolve();
  const tx: Tx = {
    async query<Row>(text: string, params: readonly unknown[] = []): Promise<Row[]> {
      // One after the other, also when the caller awaits several at once: transaction poolers take no pipelines.
      const turn = last.then(() => {
        if (!isOpen) throw new Error("statement outside of its transaction");
        return connection.query(text, params);
      });
      last = turn.catch(() => undefined);
      return (await turn).rows as Row[];
    },
  };
  return {
    tx,
    close(): void {
      isOpen = false;
    },
  };
}

async function rollback(connection: Connection): Promise<void> {
  try {
    await connection.query("rollback");
    connection.release(false);
  } catch {
    // The server rolls back by itself when the connection closes.
    connection.release(true);
  }
}

/** Reads an error of a statement. Throws it when it means a bug. */
function toFailedResult<T>(error: unknown): Result<T> {
  if (isConnectionFault(error)) return fail("DATABASE_UNAVAILABLE", { retryAfterSeconds: 2 });
  if (!isServerError(error)) throw error;
  const failure = toFailure(error);
  if (failure === null) throw new DatabaseError(error);
  return { ok: false, error: failure };
}

async function commit<T>(connection: Connection, value: Result<T>, readOnly: boolean): Promise<Result<T>> {
  let command: string;
  try {
    ({ command } = await connection.query("commit"));
  } catch (error) {
    connection.release(true);
    // Sent, but not answered: the change may be there or not, and only the caller can find out which.
    if (isConnectionFault(error) && !readOnly) return fail("OUTCOME_UNKNOWN", { retryAfterSeconds: 2 });
    return toFailedResult(error);
  }
  connection.release(false);
  // A statement failed, the work went on all the same, and Postgres answered the commit by a rollback.
  if (command !== "COMMIT") throw new Error("commit of a transaction in which a statement had failed");
  return value;
}

/**
 * Begins on a connection out of the pool. False when that one turned out to be dead: nothing has happened yet, so another
 * may be tried. A server that is silent is not tried again.
 */
export async function beginTransaction(connection: Connection, begin: string): Promise<Result<boolean>> {
  try {
    await connection.query(begin);
    return ok(true);
  } catch (error) {
    connection.release(true);
    const isSilent = error instanceof Error && /timeout/i.test(error.message);
    return isConnectionFault(error) && !isSilent ? ok(false) : toFailedResult(error);
  }
}

/**
 * Runs work in a transaction that has begun, and commits. Not ok, a throw, or an aborted signal rolls back. The
 * connection goes back to its pool, or is closed if its state is in doubt.
 */
export async function runTransaction<T>(
  connection: Connection,
  work: (tx: Tx) => Promise<Result<T>>,
  options: TransactionOptions,
): Promise<Result<T>> {
  const { tx, close } = openTx(connection);
  let result: Result<T>;
  try {
    result = await work(tx);
  } catch (error) {
    close();
    if (isConnectionFault(error)) connection.release(true);
    else await rollback(connection);
    return toFailedResult(error);
  }
  close();
  if (result.ok && options.signal?.aborted) result = fail("TIMEOUT");
  if (result.ok) return commit(connection, result, options.readOnly);
  await rollback(connection);
  return result;
}
