import { EnvelopeError, platformTenantId } from "../../_shared/crypto/data-key.ts";
import { openValue, sealValue } from "../../_shared/crypto/envelope.ts";
import type { KeyRing } from "../../_shared/crypto/key-ring.ts";
import type { Secret } from "../../_shared/crypto/secret.ts";
import type { Tx } from "../../_shared/db/port.ts";
import { toAdminUrlBinding } from "./admin-url.ts";
import { createConnectionString, toConnectionBinding, withAddress } from "./connection-string.ts";
import { ensureDataKey, findDataKey } from "./data-keys.ts";
import type { Operation } from "./operation.ts";

async function open(
  tx: Tx,
  keyring: KeyRing,
  sealed: { tenantId: string; keyVersion: number; text: string },
  binding: ReturnType<typeof toConnectionBinding>,
): Promise<Secret> {
  const dataKey = await findDataKey(tx, keyring, sealed.tenantId, sealed.keyVersion);
  if (dataKey === null) throw new EnvelopeError("the data key of a sealed value is gone");
  return openValue(dataKey, binding, sealed.text);
}

/** The admin URL of the operation's target. Throws an EnvelopeError when it does not open. */
export function openAdminUrl(tx: Tx, keyring: KeyRing, operation: Operation): Promise<Secret> {
  const sealed = {
    tenantId: platformTenantId,
    keyVersion: operation.adminUrlKeyVersion,
    text: operation.sealedAdminUrl,
  };
  return open(tx, keyring, sealed, toAdminUrlBinding(operation.targetId));
}

/**
 * The tenant's connection string. On the first call for a database it is made up and sealed; the row is locked, so two
 * workers at once end with the same password. Throws an EnvelopeError when a sealed one does not open.
 */
export async function ensureConnection(tx: Tx, keyring: KeyRing, operation: Operation): Promise<Secret> {
  const { tenantId, databaseId } = operation;
  const binding = toConnectionBinding(tenantId, databaseId);
  const [row] = await tx.query<{ sealed: string | null; keyVersion: number | null }>(
    `select connection_string_encrypted as sealed, key_version as "keyVersion"
     from control_plane.tenant_databases where id = $1 for no key update`,
    [databaseId],
  );
  if (row?.sealed && row.keyVersion !== null) {
    const sealed = { tenantId, keyVersion: row.keyVersion, text: row.sealed };
    return withAddress(await open(tx, keyring, sealed, binding), operation);
  }
  const connectionString = createConnectionString(operation);
  const dataKey = await ensureDataKey(tx, keyring, tenantId);
  const sealed = await sealValue(dataKey, binding, connectionString);
  await tx.query(
    "update control_plane.tenant_databases set connection_string_encrypted = $2, key_version = $3 where id = $1",
    [databaseId, sealed, dataKey.version],
  );
  return connectionString;
}
