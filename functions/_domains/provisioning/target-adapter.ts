import type { Secret } from "../../_shared/crypto/secret.ts";
import type { TargetStep } from "./list-steps.ts";

/** One tenant database at a target. Names derive from the row's id, so a second worker finds what the first one made. */
export interface TargetDatabase {
  readonly database: string;
  readonly role: string;
  /** What the tenant will use; null where the operation needs no login (suspend, delete). */
  readonly connectionString: Secret | null;
}

/**
 * Exclusive work on one tenant database. Every effect passes through the session that holds the target's lock, so a
 * worker that was frozen and lost its lease cannot act beside, or after, the one that took over.
 */
export interface TargetWork {
  /** Runs one step to its end. Throws a TargetFailure. */
  run(step: TargetStep): Promise<void>;
  /** Never throws. */
  close(): Promise<void>;
}

/** How tenant databases are made at one kind of target. */
export interface TargetAdapter {
  /** Connects and takes the lock of the database. Throws a TargetFailure, TARGET_BUSY while another worker holds it. */
  begin(adminUrl: Secret, database: TargetDatabase): Promise<TargetWork>;
}
