/**
 * What a log line may carry. Closed on purpose: a field that is not listed here cannot reach the log, so a secret
 * cannot be logged by handing over an object that holds one.
 */
export interface LogFields {
  readonly requestId?: string;
  readonly function?: string;
  readonly method?: string;
  /** The pattern of the route, never the path with its values. */
  readonly route?: string;
  readonly status?: number;
  readonly durationMs?: number;
  readonly code?: string;
  readonly userId?: string;
  readonly tenantId?: string;
  readonly jobId?: string;
  readonly jobType?: string;
  readonly operationId?: string;
  readonly attempt?: number;
  readonly count?: number;
  readonly sqlState?: string;
  readonly constraint?: string;
  /** Class name of a thrown value. */
  readonly errorName?: string;
  /** Places in our code, without the message of the error. */
  readonly stack?: string;
}

/** Writes JSON lines. */
export interface Logger {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** A logger that adds these fields to each line. */
  with(fields: LogFields): Logger;
}
