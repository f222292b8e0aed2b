import type pg from "pg";
import type { Secret } from "../../functions/_shared/crypto/secret.ts";
import type { FunctionEnv } from "../../functions/_shared/env/function-env.ts";

/** How long a probe waits for what others do. */
export interface Patience {
  /** pg_net's answer. */
  readonly answerMs: number;
  /** pg_cron's own run; it looks for new entries about once a minute when nothing is due. */
  readonly cronMs: number;
  /** The heartbeat of the woken scheduler, which comes when it has worked off what there is. */
  readonly workMs: number;
  /** The Data API's reading of its settings. */
  readonly reloadMs: number;
}

export const hostedPatience: Patience = {
  answerMs: 20_000,
  cronMs: 75_000,
  workMs: 120_000,
  reloadMs: 15_000,
};

/** What every step of `deploy:configure` works with. */
export interface DeployContext {
  /** Gantry's database, as its owner (role postgres). */
  readonly client: pg.Client;
  /** What the functions have been given, checked by their own rules. */
  readonly env: FunctionEnv;
  /** `https://<ref>.supabase.co/functions/v1`, without a slash at its end. */
  readonly functionsUrl: string;
  /** How often the scheduler is woken, in seconds, 1 to 59. */
  readonly everySeconds: number;
  /** With it the Data API itself is asked; without it its database alone. */
  readonly publishableKey: Secret | null;
  readonly patience: Patience;
}

/** One thing that a project needs besides its schema. */
export interface Step {
  readonly name: string;
  /** Makes it so and tells what was changed; null when it was so already. Throws a StackError that says what to do. */
  apply(context: DeployContext): Promise<string | null>;
  /** Tries the thing itself and tells what was seen. Throws a StackError when it does not work. */
  prove(context: DeployContext): Promise<string>;
}
