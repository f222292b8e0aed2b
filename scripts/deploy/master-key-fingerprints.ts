import { createHash } from "node:crypto";
import type pg from "pg";
import type { Secret } from "../../functions/_shared/crypto/secret.ts";

/** Tells whether two places hold the same key under an id, and nothing else about it. */
export interface Fingerprint {
  readonly id: string;
  readonly fingerprint: string;
}

/** In control_plane.system_config. */
export const fingerprintsKey = "master_key_fingerprints";

/** 16 hexadecimal digits for each key of `id:base64,...`. The keys are random, so nothing can be guessed from them. */
export function toFingerprints(masterKeys: Secret): Fingerprint[] {
  return masterKeys
    .reveal()
    .split(",")
    .map((entry) => {
      const colon = entry.indexOf(":");
      const key = Buffer.from(entry.slice(colon + 1).trim(), "base64");
      const hash = createHash("sha256").update("gantry master key fingerprint\0").update(key);
      return { id: entry.slice(0, colon).trim(), fingerprint: hash.digest("hex").slice(0, 16) };
    });
}

/** What the last `deploy:configure` wrote; empty before the first. */
export async function readStoredFingerprints(client: pg.Client): Promise<Fingerprint[]> {
  const { rows } = await client.query<{ value: Fingerprint[] }>(
    "select value from control_plane.system_config where key = $1",
    [fingerprintsKey],
  );
  return rows[0]?.value ?? [];
}

/**
 * What would make sealed values unreadable: another key under a known id, or no key for an id that still wraps a
 * tenant's data key. One sentence each.
 */
export async function findKeyFaults(client: pg.Client, present: readonly Fingerprint[]): Promise<string[]> {
  const stored = await readStoredFingerprints(client);
  const byId = new Map(present.map(({ id, fingerprint }) => [id, fingerprint]));
  const changed = stored
    .filter(({ id, fingerprint }) => byId.has(id) && byId.get(id) !== fingerprint)
    .map(({ id }) => `GANTRY_MASTER_KEYS holds another key under the id ${id} than before`);
  const { rows } = await client.query<{ id: string }>(
    "select distinct master_key_id as id from control_plane.tenant_data_keys where destroyed_at is null order by 1",
  );
  const missing = rows
    .filter(({ id }) => !byId.has(id))
    .map(({ id }) => `GANTRY_MASTER_KEYS has no key ${id}, which wraps data keys of tenants`);
  return [...changed, ...missing];
}

/** Whether both name the same keys in the same order; the first one seals, so the order counts. */
export function isSameRing(left: readonly Fingerprint[], right: readonly Fingerprint[]): boolean {
  const toText = (ring: readonly Fingerprint[]) =>
    ring.map(({ id, fingerprint }) => `${id} ${fingerprint}`).join();
  return toText(left) === toText(right);
}
