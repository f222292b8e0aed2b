import type pg from "pg";
import { StackError } from "../../../dev/process/stack-error.ts";
import type { Step } from "../step.ts";

/** Its name in Vault. */
export const schedulerSecretName = "gantry_scheduler_secret";

interface Stored {
  readonly id: string;
  readonly secret: string | null;
}

async function readStored(client: pg.Client): Promise<Stored | null> {
  const { rows } = await client.query<Stored>(
    "select id::text as id, decrypted_secret as secret from vault.decrypted_secrets where name = $1",
    [schedulerSecretName],
  );
  return rows[0] ?? null;
}

/** Puts the scheduler secret where pg_cron finds it when it fires. It travels as a parameter, never as text of SQL. */
export const storeSchedulerSecret: Step = {
  name: "scheduler secret",
  async apply({ client, env }) {
    const secret = env.schedulerSecret.reveal();
    const stored = await readStored(client);
    if (stored === null) {
      await client.query("select vault.create_secret($1, $2, $3)", [
        secret,
        schedulerSecretName,
        "Bearer with which pg_cron wakes the scheduler function.",
      ]);
      return `in Vault as ${schedulerSecretName}`;
    }
    if (stored.secret === secret) return null;
    await client.query("select vault.update_secret(secret_id => $1, new_secret => $2)", [stored.id, secret]);
    return `replaced in Vault (${schedulerSecretName})`;
  },
  async prove({ client, env }) {
    const stored = await readStored(client);
    if (stored?.secret !== env.schedulerSecret.reveal())
      throw new StackError("Vault gives back something else");
    return "Vault gives back what the functions have";
  },
};
