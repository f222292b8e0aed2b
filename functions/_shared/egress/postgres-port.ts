import type { ConnectionOptions } from "node:tls";
import type { Secret } from "../crypto/secret.ts";

/** One connection to a Postgres server outside Gantry's own database. */
export interface PostgresSession {
  /** Runs one statement. Throws a PostgresFault and nothing else. */
  query<Row>(text: string, params?: readonly unknown[]): Promise<Row[]>;
  /** Ends the session; never throws and never waits longer than a second. */
  close(): Promise<void>;
}

/** A login whose host was judged. Its addresses are dialled as they are; TLS verifies the name that the tenant gave. */
export interface PostgresPin {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly user: string;
  readonly password: Secret;
  readonly database: string;
  readonly tls: ConnectionOptions;
}

/** Opens a session. Throws a PostgresFault when the server cannot be reached or refuses. */
export type OpenPostgres = (url: Secret) => Promise<PostgresSession>;

/** unreachable: no answer or the connection broke; timeout: too slow; refused: the server said no, see sqlState. */
export type PostgresFaultKind = "unreachable" | "timeout" | "refused";

/**
 * What went wrong at a server. Its message is made of fixed words and the SQLSTATE: the server's own text may hold the
 * host, the role or a statement with a password in it, so none of it is kept, not as `cause` either.
 */
export class PostgresFault extends Error {
  readonly kind: PostgresFaultKind;
  readonly sqlState: string | null;

  constructor(kind: PostgresFaultKind, sqlState: string | null = null) {
    super(sqlState === null ? `postgres ${kind}` : `postgres ${kind} (SQLSTATE ${sqlState})`);
    this.name = "PostgresFault";
    this.kind = kind;
    this.sqlState = sqlState;
  }
}
