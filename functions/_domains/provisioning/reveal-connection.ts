import type { Caller } from "../../_shared/auth/caller.ts";
import { type DataKeyBinding, unwrapDataKey } from "../../_shared/crypto/data-key.ts";
import { openValue } from "../../_shared/crypto/envelope.ts";
import type { KeyRing } from "../../_shared/crypto/key-ring.ts";
import type { Secret } from "../../_shared/crypto/secret.ts";
import type { Db } from "../../_shared/db/port.ts";
import { fail, ok, type Result } from "../../_shared/errors/result.ts";
import { toConnectionBinding, withAddress } from "./connection-string.ts";

interface SealedConnection {
  readonly tenantId: string;
  readonly sealed: string;
  readonly wrapped: Uint8Array;
  readonly keyVersion: number;
  readonly masterKeyId: string;
  readonly host: string;
  readonly port: number;
}

/**
 * The connection string of an active database; needs `databases.connect` in its tenant. The audit row is written by the
 * statement that reads, and nothing is opened before the commit: without the row there is no secret. NOT_FOUND for a
 * database of another tenant, DATABASE_STATE_CONFLICT for one that is not active.
 */
export async function revealConnection(
  ctx: { readonly db: Db; readonly keyring: KeyRing; readonly caller: Caller },
  tenantId: string,
  databaseId: string,
): Promise<Result<Secret>> {
  const read = await ctx.db.asCaller(ctx.caller, async (tx) => {
    const [row] = await tx.query<SealedConnection>(
      `select c.tenant_id as "tenantId", c.sealed, c.wrapped_key as wrapped, c.key_version as "keyVersion",
         c.master_key_id as "masterKeyId", d.host, d.port
       from private.read_connection(p_database_id => $1) c
       join public.tenant_databases d on d.id = $1`,
      [databaseId],
    );
    // The database may be the caller's in another tenant than the path says; the read rolls back.
    return row === undefined || row.tenantId !== tenantId.toLowerCase() ? fail("NOT_FOUND") : ok(row);
  });
  if (!read.ok) return read;
  const { sealed, wrapped, keyVersion, masterKeyId, host, port } = read.value;
  const binding: DataKeyBinding = { tenantId, version: keyVersion };
  const dataKey = await unwrapDataKey(ctx.keyring, { ...binding, wrapped, masterKeyId });
  const connectionString = await openValue(dataKey, toConnectionBinding(tenantId, databaseId), sealed);
  return ok(withAddress(connectionString, { host, port }));
}
