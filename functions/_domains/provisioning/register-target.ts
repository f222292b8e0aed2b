import { platformTenantId } from "../../_shared/crypto/data-key.ts";
import { sealValue } from "../../_shared/crypto/envelope.ts";
import type { KeyRing } from "../../_shared/crypto/key-ring.ts";
import type { Secret } from "../../_shared/crypto/secret.ts";
import type { OpenPostgres, PostgresSession } from "../../_shared/egress/postgres-port.ts";
import { toAdminUrlBinding } from "./admin-url.ts";
import { ensureDataKey } from "./data-keys.ts";
import { prepareTarget, readSystemIdentifier } from "./postgres/prepare-target.ts";
import { TargetFailure, toTargetFailure } from "./target-failure.ts";

export interface TargetDescription {
  /** Unique; registering the name again updates it. */
  readonly name: string;
  readonly region: string;
  /** How many tenant databases it may hold. */
  readonly capacity: number;
  /** Of the cluster's admin: not a superuser, may create roles and databases. */
  readonly adminUrl: Secret;
}

export interface RegisterTargetPorts {
  readonly openPostgres: OpenPostgres;
  readonly keyring: KeyRing;
  /** Gantry's database, as its owner. */
  readonly databaseUrl: Secret;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Throws TARGET_URL_INVALID without showing any of the URL. */
function parseAddress(adminUrl: Secret): Address {
  const url = URL.parse(adminUrl.reveal());
  const isPostgres = url?.protocol === "postgresql:" || url?.protocol === "postgres:";
  if (url === null || !isPostgres || url.hostname === "" || url.username === "") {
    throw new TargetFailure("TARGET_URL_INVALID");
  }
  return { host: url.hostname, port: url.port === "" ? 5432 : Number(url.port) };
}

/** The row to write: that of the name if the cluster is still the same, else a new one. */
async function findId(
  control: PostgresSession,
  name: string,
  systemIdentifier: string,
): Promise<string | null> {
  const rows = await control.query<{ id: string; name: string; systemIdentifier: string | null }>(
    `select id, name, system_identifier as "systemIdentifier" from control_plane.provisioning_targets
     where name = $1 or system_identifier = $2 for update`,
    [name, systemIdentifier],
  );
  const [row] = rows;
  if (row === undefined) return null;
  // The databases of the one cluster would be looked for on the other.
  if (rows.length > 1 || row.name !== name || row.systemIdentifier !== systemIdentifier) {
    throw new TargetFailure("TARGET_NAME_CONFLICT");
  }
  return row.id;
}

async function store(
  ports: RegisterTargetPorts,
  control: PostgresSession,
  target: TargetDescription & Address & { systemIdentifier: string },
): Promise<string> {
  const found = await findId(control, target.name, target.systemIdentifier);
  const id = found ?? crypto.randomUUID();
  const dataKey = await ensureDataKey(control, ports.keyring, platformTenantId);
  const sealed = await sealValue(dataKey, toAdminUrlBinding(id), target.adminUrl);
  const { name, region, host, port, systemIdentifier, capacity } = target;
  await control.query(
    `insert into control_plane.provisioning_targets (
       id, name, region, host, port, admin_url_encrypted, key_version, system_identifier, capacity
     ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (id) do update set region = excluded.region, host = excluded.host, port = excluded.port,
       admin_url_encrypted = excluded.admin_url_encrypted, key_version = excluded.key_version,
       capacity = excluded.capacity`,
    [id, name, region, host, port, sealed, dataKey.version, systemIdentifier, capacity],
  );
  // The cluster may have moved; connection strings are given out with the row's address.
  await control.query(
    `update control_plane.tenant_databases set host = $2, port = $3
     where target_id = $1 and deleted_at is null and (host, port) is distinct from ($2, $3)`,
    [id, host, port],
  );
  return id;
}

async function prepare(
  ports: RegisterTargetPorts,
  adminUrl: Secret,
  forbiddenSystemIdentifier: string,
): Promise<string> {
  const session = await ports.openPostgres(adminUrl);
  try {
    return await prepareTarget(session, { forbiddenSystemIdentifier });
  } finally {
    await session.close();
  }
}

/**
 * Makes a cluster ready for tenant databases and writes it down, its admin URL sealed. Repeatable; a cluster that has
 * moved keeps its databases. Throws a TargetFailure: SAME_CLUSTER, TARGET_NAME_CONFLICT (the name is another cluster's,
 * or the cluster has another name), TARGET_NOT_LOCKED_DOWN, TARGET_UNSUPPORTED, TARGET_URL_INVALID, or why there was no
 * answer.
 * @returns the target's id.
 */
export async function registerTarget(ports: RegisterTargetPorts, target: TargetDescription): Promise<string> {
  try {
    const address = parseAddress(target.adminUrl);
    const control = await ports.openPostgres(ports.databaseUrl);
    try {
      const own = await readSystemIdentifier(control);
      const systemIdentifier = await prepare(ports, target.adminUrl, own);
      await control.query("begin");
      const id = await store(ports, control, { ...target, ...address, systemIdentifier });
      await control.query("commit");
      return id;
    } finally {
      // Without a commit this rolls back.
      await control.close();
    }
  } catch (error) {
    throw toTargetFailure(error) ?? error;
  }
}
