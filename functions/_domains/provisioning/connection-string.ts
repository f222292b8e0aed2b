import { toBase64Url } from "../../_shared/crypto/base64url.ts";
import type { ValueBinding } from "../../_shared/crypto/envelope.ts";
import { Secret } from "../../_shared/crypto/secret.ts";

export interface DatabaseAddress {
  readonly roleName: string;
  readonly databaseName: string;
  readonly host: string;
  readonly port: number;
}

/** A connection string with a new password of 32 random bytes, in letters that need no escaping in a URL. */
export function createConnectionString(address: DatabaseAddress): Secret {
  const password = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  const { roleName, databaseName, host, port } = address;
  return new Secret(`postgresql://${roleName}:${password}@${host}:${port}/${databaseName}`);
}

/** The same login at the address where its database is now. */
export function withAddress(
  connectionString: Secret,
  { host, port }: { host: string; port: number },
): Secret {
  const url = new URL(connectionString.reveal());
  url.host = `${host}:${port}`;
  return new Secret(url.href);
}

/** Where a tenant database's connection string is sealed to. */
export function toConnectionBinding(tenantId: string, databaseId: string): ValueBinding {
  return { tenantId, objectId: databaseId, version: 1, field: "connection_string" };
}
