import type { Caller, WorkerScope } from "../auth/caller.ts";
import type { Result } from "../errors/result.ts";

/** Statements of one transaction. */
export interface Tx {
  /** Runs one statement with $1, $2 ... parameters; objects and arrays of objects travel as JSON text only. */
  query<Row>(text: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface TxOptions {
  /** Longest time one statement may take. Default 8000, as for `authenticated` on hosted. */
  readonly statementTimeoutMs?: number;
  /** Postgres refuses writes. Default false. */
  readonly readOnly?: boolean;
  /** When it is aborted before the commit is sent, the transaction rolls back. */
  readonly signal?: AbortSignal;
}

/**
 * The only door to the database. Each call is one transaction with its own role, claims and settings; a result that is
 * not ok, or a throw, rolls it back. Database errors that have a meaning for the caller come back as a Failure
 * (see errors/from-sqlstate.ts); all others are thrown.
 */
export interface Db {
  /** As `authenticated` with the caller's claims: row security decides what they see. */
  asCaller<T>(caller: Caller, work: (tx: Tx) => Promise<Result<T>>, options?: TxOptions): Promise<Result<T>>;
  /** As `gantry_worker`, for scheduled work. */
  asWorker<T>(
    scope: WorkerScope,
    work: (tx: Tx) => Promise<Result<T>>,
    options?: TxOptions,
  ): Promise<Result<T>>;
  /** Ends all connections. */
  close(): Promise<void>;
}
