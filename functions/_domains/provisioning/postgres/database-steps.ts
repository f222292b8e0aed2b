import type { PostgresSession } from "../../../_shared/egress/postgres-port.ts";
import { TargetFailure } from "../target-failure.ts";
import type { Insist } from "./insist.ts";
import { quoteIdentifier } from "./quote-identifier.ts";

export interface DatabaseNames {
  readonly database: string;
  readonly role: string;
}

interface DatabaseState {
  readonly isOurs: boolean;
  /** What a killed DROP DATABASE leaves behind: it can only be dropped. */
  readonly isBroken: boolean;
}

async function findDatabase(session: PostgresSession, database: string): Promise<DatabaseState | null> {
  const rows = await session.query<DatabaseState>(
    `select r.rolname = current_user as "isOurs", d.datconnlimit = -2 as "isBroken"
     from pg_catalog.pg_database d
     join pg_catalog.pg_roles r on r.oid = d.datdba
     where d.datname = $1`,
    [database],
  );
  return rows[0] ?? null;
}

async function readDatabase(session: PostgresSession, database: string): Promise<DatabaseState | null> {
  const state = await findDatabase(session, database);
  if (state !== null && !state.isOurs) throw new TargetFailure("TARGET_NAME_CONFLICT");
  return state;
}

/**
 * Clones the template, or adopts the clone that is there. It starts closed: a new database is open to PUBLIC, and until
 * that right is gone another tenant could step in and stay.
 */
export async function createDatabase(
  session: PostgresSession,
  database: string,
  template: string,
): Promise<void> {
  const name = quoteIdentifier(database);
  let state = await readDatabase(session, database);
  if (state?.isBroken) {
    await session.query(`drop database ${name}`);
    state = null;
  }
  if (state === null) {
    await session.query(
      `create database ${name} template ${quoteIdentifier(template)} strategy wal_log allow_connections false`,
    );
    if ((await readDatabase(session, database)) === null) throw new TargetFailure("TARGET_FAULT");
  }
}

const tenantRights = ["CONNECT", "CREATE", "TEMPORARY"];

/** Who but the owner holds what on the database, as `grantee RIGHT` (`*` after it: may pass it on). */
async function readRights(session: PostgresSession, database: string): Promise<string[]> {
  const rows = await session.query<{ held: string }>(
    `select coalesce(r.rolname, 'public') || ' ' || a.privilege_type || case when a.is_grantable then '*' else '' end as held
     from pg_catalog.pg_database d
     cross join lateral pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) a
     left join pg_catalog.pg_roles r on r.oid = a.grantee
     where d.datname = $1 and a.grantee <> d.datdba
     order by 1`,
    [database],
  );
  return rows.map((row) => row.held);
}

/**
 * Leaves the tenant's role connect, create and temporary on the database, nobody else anything, and then opens it.
 * A revoke without the right to it is a mere warning in Postgres, so the rights are read back before the commit.
 */
export async function lockDownDatabase(session: PostgresSession, names: DatabaseNames): Promise<void> {
  if ((await readDatabase(session, names.database)) === null)
    throw new TargetFailure("TARGET_OBJECT_MISSING");
  const database = quoteIdentifier(names.database);
  await session.query("begin");
  await session.query(`revoke all on database ${database} from public`);
  await session.query(
    `grant connect, create, temporary on database ${database} to ${quoteIdentifier(names.role)}`,
  );
  await session.query(`alter database ${database} allow_connections true`);
  const rights = await readRights(session, names.database);
  const wanted = tenantRights.map((right) => `${names.role} ${right}`);
  const isLockedDown = JSON.stringify(rights) === JSON.stringify(wanted);
  await session.query(isLockedDown ? "commit" : "rollback");
  if (!isLockedDown) throw new TargetFailure("TARGET_NOT_LOCKED_DOWN");
}

/** Takes the right to connect from the tenant's role. One that we have not made, or that is not there, let nobody in. */
export async function shutDatabase(session: PostgresSession, names: DatabaseNames): Promise<void> {
  if (!(await findDatabase(session, names.database))?.isOurs) return;
  const [database, role] = [quoteIdentifier(names.database), quoteIdentifier(names.role)];
  await session.query(`revoke connect on database ${database} from ${role}`);
  const rights = await readRights(session, names.database);
  if (rights.includes(`${names.role} CONNECT`)) throw new TargetFailure("TARGET_NOT_LOCKED_DOWN");
}

interface SchemaState {
  readonly owner: string;
  readonly isOpenToAll: boolean;
}

async function readSchema(tenantSession: PostgresSession): Promise<SchemaState | null> {
  const rows = await tenantSession.query<SchemaState>(
    `select r.rolname as owner, exists (
       select from pg_catalog.aclexplode(n.nspacl) a where a.grantee = 0 and a.privilege_type = 'CREATE'
     ) as "isOpenToAll"
     from pg_catalog.pg_namespace n
     join pg_catalog.pg_roles r on r.oid = n.nspowner
     where n.nspname = 'public'`,
  );
  return rows[0] ?? null;
}

/** In the tenant's database, as the admin: the tenant's role owns schema public (and may well have dropped it since). */
export async function handOverSchema(
  tenantSession: PostgresSession,
  role: string,
  insist: Insist,
): Promise<void> {
  const name = quoteIdentifier(role);
  const before = await readSchema(tenantSession);
  if (before === null) await insist(tenantSession, `create schema public authorization ${name}`);
  else if (before.owner !== role) await insist(tenantSession, `alter schema public owner to ${name}`);
  const after = await readSchema(tenantSession);
  if (after?.owner !== role || after.isOpenToAll) throw new TargetFailure("TARGET_NOT_LOCKED_DOWN");
}

/** As the tenant's role, in its database: it is who it should be, may make tables, and can connect nowhere else. */
export async function verifyLogin(tenantSession: PostgresSession, names: DatabaseNames): Promise<void> {
  const rows = await tenantSession.query<{ isRight: boolean; isConfined: boolean }>(
    `select session_user = $1 and pg_catalog.current_database() = $2
         and pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') as "isRight",
       not exists (
         select from pg_catalog.pg_database d
         where d.datallowconn and d.datname <> pg_catalog.current_database()
           and pg_catalog.has_database_privilege(d.oid, 'CONNECT')
       ) as "isConfined"`,
    [names.role, names.database],
  );
  if (!rows[0]?.isRight) throw new TargetFailure("TARGET_FAULT");
  if (!rows[0].isConfined) throw new TargetFailure("TARGET_NOT_LOCKED_DOWN");
}

/** Drops the database with whoever is in it; a killed drop leaves a broken one that is dropped the same way. */
export async function dropDatabase(
  session: PostgresSession,
  database: string,
  insist: Insist,
): Promise<void> {
  if ((await readDatabase(session, database)) === null) return;
  await insist(session, `drop database ${quoteIdentifier(database)} with (force)`);
  if ((await readDatabase(session, database)) !== null) throw new TargetFailure("TARGET_FAULT");
}
