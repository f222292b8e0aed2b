/** A person whose token was verified, and how they call. Given to the database with each transaction. */
export interface Caller {
  /** The token's subject, a lower-case uuid. */
  readonly userId: string;
  /** All claims of the verified token, as they become `request.jwt.claims`. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** The tenant this request acts in, a uuid; null leaves it to the person's stored default. */
  readonly tenantId: string | null;
  readonly requestId: string;
  /** From the trusted hop; for the audit log. */
  readonly clientAddress: string | null;
  readonly userAgent: string | null;
}

/** On whose behalf scheduled work runs. */
export interface WorkerScope {
  readonly requestId: string;
  /** The tenant the work is for; null for the platform's own. */
  readonly tenantId: string | null;
  /** The person who asked for the work, as the audit log will name them. */
  readonly actorId: string | null;
}
