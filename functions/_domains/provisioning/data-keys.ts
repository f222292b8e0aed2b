import {
  createDataKey,
  type DataKey,
  unwrapDataKey,
  type WrappedDataKey,
} from "../../_shared/crypto/data-key.ts";
import type { KeyRing } from "../../_shared/crypto/key-ring.ts";

/** What the statements here need: a transaction of the db port, or any other way to run one statement. */
export interface Statements {
  query<Row>(text: string, params?: readonly unknown[]): Promise<Row[]>;
}

const columns = `tenant_id as "tenantId", version, wrapped_key as wrapped, master_key_id as "masterKeyId"`;

async function findCurrent(tx: Statements, tenantId: string): Promise<WrappedDataKey | null> {
  const rows = await tx.query<WrappedDataKey>(
    `select ${columns} from control_plane.tenant_data_keys
     where tenant_id = $1 and destroyed_at is null order by version desc limit 1`,
    [tenantId],
  );
  return rows[0] ?? null;
}

/** The tenant's newest data key, made now if there is none. Two at once end with the same one. */
export async function ensureDataKey(tx: Statements, keyring: KeyRing, tenantId: string): Promise<DataKey> {
  const current = await findCurrent(tx, tenantId);
  if (current !== null) return unwrapDataKey(keyring, current);
  const [last] = await tx.query<{ version: number }>(
    "select coalesce(max(version), 0) as version from control_plane.tenant_data_keys where tenant_id = $1",
    [tenantId],
  );
  const made = await createDataKey(keyring, { tenantId, version: (last?.version ?? 0) + 1 });
  await tx.query(
    `insert into control_plane.tenant_data_keys (tenant_id, version, wrapped_key, master_key_id)
     values ($1, $2, $3, $4) on conflict do nothing`,
    [made.tenantId, made.version, made.wrapped, made.masterKeyId],
  );
  const stored = await findCurrent(tx, tenantId);
  if (stored === null) throw new Error("a data key was inserted and is not there");
  return unwrapDataKey(keyring, stored);
}

/** The data key of one version; null when it was destroyed or never was. */
export async function findDataKey(
  tx: Statements,
  keyring: KeyRing,
  tenantId: string,
  version: number,
): Promise<DataKey | null> {
  const rows = await tx.query<WrappedDataKey>(
    `select ${columns} from control_plane.tenant_data_keys
     where tenant_id = $1 and version = $2 and destroyed_at is null`,
    [tenantId, version],
  );
  return rows[0] === undefined ? null : unwrapDataKey(keyring, rows[0]);
}
