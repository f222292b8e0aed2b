import type { Pool, PoolClient } from "pg";
import { fail, type Result } from "../errors/result.ts";
import { isConnectionFault, isServerError } from "./database-error.ts";
import type { Db, Tx, TxOptions } from "./port.ts";
import { beginTransaction, type Connection, runTransaction } from "./run-transaction.ts";
import {
  type SessionSettings,
  toBeginStatement,
  toCallerSettings,
  toWorkerSettings,
} from "./session-settings.ts";

export interface PgDbOptions {
  /** Of role gantry_edge, which has no rights but to become one of two others. */
  readonly connectionString: string;
  readonly maxConnections: number;
  /** Called when an idle connection breaks; the pool replaces it by itself. */
  readonly onIdleFault?: () => void;
}

const defaultStatementTimeoutMs = 8_000;
const connectTimeoutMs = 5_000;
const idleTimeoutMs = 30_000;
/** After the server's own limit: for a server that has stopped answering at all. */
const silenceMs = 5_000;

interface Driver {
  readonly pool: Pool;
  readonly quote: (text: string) => string;
}

/** The driver costs more to load than all the rest, so it is loaded when the first statement is near. */
async function loadDriver(options: PgDbOptions): Promise<Driver> {
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    max: options.maxConnections,
    application_name: "gantry",
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: idleTimeoutMs,
    keepAlive: true,
    allowExitOnIdle: true,
  });
  pool.on("error", () => options.onIdleFault?.());
  return { pool, quote: pg.escapeLiteral };
}

/** The next statement tells of the fault; without a listener the event would end the process. */
const ignoreFault = (): void => undefined;

/** The driver's own timer is for a silent server only, so it is later than the server's. */
function toConnection(client: PoolClient, statementTimeoutMs: number): Connection {
  const config = { query_timeout: statementTimeoutMs + silenceMs };
  client.on("error", ignoreFault);
  return {
    query: (text, params) =>
      client.query(params === undefined ? { text, ...config } : { text, values: [...params], ...config }),
    release(isBroken) {
      client.off("error", ignoreFault);
      client.release(isBroken);
    },
  };
}

/** Null when there is no connection to be had. A refused login is a fault of the configuration and is thrown. */
async function connect(pool: Pool): Promise<PoolClient | null> {
  try {
    return await pool.connect();
  } catch (error) {
    const isFull = isServerError(error) && error.code.startsWith("53");
    if (isFull || isConnectionFault(error)) return null;
    throw error;
  }
}

/**
 * Db on node-postgres: a pool, no named prepared statements (transaction poolers keep none), one transaction a call.
 * Begin and all settings travel together, so a transaction costs its own statements and two round trips.
 */
export function createPgDb(options: PgDbOptions): Db {
  let driver: Promise<Driver> | null = null;

  const run = async <T>(
    settings: SessionSettings,
    work: (tx: Tx) => Promise<Result<T>>,
    { statementTimeoutMs = defaultStatementTimeoutMs, readOnly = false, signal }: TxOptions = {},
  ): Promise<Result<T>> => {
    if (signal?.aborted) return fail("TIMEOUT");
    driver ??= loadDriver(options);
    const { pool, quote } = await driver;
    const begin = toBeginStatement(settings, { statementTimeoutMs, readOnly }, quote);
    // A server that restarts leaves the whole pool dead, and the pool may not know yet: one more try than it has places.
    for (let tries = 0; tries <= options.maxConnections; tries += 1) {
      const client = await connect(pool);
      if (client === null) break;
      const connection = toConnection(client, statementTimeoutMs);
      const begun = await beginTransaction(connection, begin);
      if (!begun.ok) return begun;
      if (begun.value) return runTransaction(connection, work, { readOnly, signal });
    }
    return fail("DATABASE_UNAVAILABLE", { retryAfterSeconds: 2 });
  };
  return {
    asCaller: (caller, work, txOptions) => run(toCallerSettings(caller), work, txOptions),
    asWorker: (scope, work, txOptions) => run(toWorkerSettings(scope), work, txOptions),
    async close() {
      const opened = driver;
      driver = null;
      if (opened !== null) await (await opened).pool.end();
    },
  };
}
