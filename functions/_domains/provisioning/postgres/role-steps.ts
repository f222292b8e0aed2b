import type { PostgresSession } from "../../../_shared/egress/postgres-port.ts";
import { TargetFailure } from "../target-failure.ts";
import { createScramVerifier } from "./create-scram-verifier.ts";
import { quoteIdentifier } from "./quote-identifier.ts";

export const connectionLimit = 20;

interface RoleState {
  readonly canLogin: boolean;
  /** No attribute and no membership that a tenant must not have, and the limit is the one we set. */
  readonly isPlain: boolean;
  /** The admin made it (so it holds ADMIN on it and may act as it), or is a superuser. */
  readonly isOurs: boolean;
}

async function readRole(session: PostgresSession, role: string): Promise<RoleState | null> {
  const rows = await session.query<RoleState>(
    `select r.rolcanlogin as "canLogin",
       not (r.rolsuper or r.rolcreatedb or r.rolcreaterole or r.rolreplication or r.rolbypassrls)
         and r.rolconnlimit = $2
         and not exists (select from pg_catalog.pg_auth_members m where m.member = r.oid) as "isPlain",
       me.rolsuper or (
         pg_catalog.pg_has_role(me.oid, r.oid, 'SET') and pg_catalog.pg_has_role(me.oid, r.oid, 'USAGE')
         and exists (
           select from pg_catalog.pg_auth_members m
           where m.roleid = r.oid and m.member = me.oid and m.admin_option
         )
       ) as "isOurs"
     from pg_catalog.pg_roles r
     join pg_catalog.pg_roles me on me.rolname = current_user
     where r.rolname = $1`,
    [role, connectionLimit],
  );
  return rows[0] ?? null;
}

async function readOwnRole(session: PostgresSession, role: string): Promise<RoleState | null> {
  const state = await readRole(session, role);
  if (state !== null && !state.isOurs) throw new TargetFailure("TARGET_NAME_CONFLICT");
  return state;
}

async function expectRole(session: PostgresSession, role: string, canLogin: boolean): Promise<void> {
  const state = await readOwnRole(session, role);
  if (state === null) throw new TargetFailure("TARGET_OBJECT_MISSING");
  if (state.canLogin !== canLogin || !state.isPlain) throw new TargetFailure("TARGET_NOT_LOCKED_DOWN");
}

/** Makes the tenant's role, or gives the one that is there already the password we have sealed. */
export async function createRole(session: PostgresSession, role: string, password: string): Promise<void> {
  const name = quoteIdentifier(role);
  const [state, verifier] = await Promise.all([readOwnRole(session, role), createScramVerifier(password)]);
  // Our own base64, so it needs no escaping; a statement that makes a role takes no parameters.
  const attributes = `login connection limit ${connectionLimit} password '${verifier}'`;
  if (state === null) {
    // The maker of a role may administer it but not become it, and could not hand the schema over to it.
    await session.query("begin");
    await session.query("set local createrole_self_grant = 'set, inherit'");
    await session.query(`create role ${name} ${attributes}`);
    await session.query("commit");
  } else {
    await session.query(`alter role ${name} ${attributes}`);
  }
  await expectRole(session, role, true);
}

/** Lets the role log in again. */
export async function openLogins(session: PostgresSession, role: string): Promise<void> {
  if ((await readOwnRole(session, role)) === null) throw new TargetFailure("TARGET_OBJECT_MISSING");
  await session.query(`alter role ${quoteIdentifier(role)} login connection limit ${connectionLimit}`);
  await expectRole(session, role, true);
}

/** Refuses new logins of the role; sessions that are open stay. A role that is gone has no logins either. */
export async function closeLogins(session: PostgresSession, role: string): Promise<void> {
  if ((await readOwnRole(session, role)) === null) return;
  await session.query(`alter role ${quoteIdentifier(role)} nologin connection limit ${connectionLimit}`);
  await expectRole(session, role, false);
}

/** Ends the role's sessions and waits until there are none, five seconds at most. Logins must be closed before. */
export async function terminateConnections(session: PostgresSession, role: string): Promise<void> {
  for (let round = 0; round < 250; round += 1) {
    const rows = await session.query<{ isTold: boolean }>(
      `select pg_catalog.pg_terminate_backend(a.pid) as "isTold"
       from pg_catalog.pg_stat_activity a
       where a.usename = $1 and a.pid <> pg_catalog.pg_backend_pid()`,
      [role],
    );
    if (rows.length === 0) return;
    // The function's own wait takes 100 ms for each session, one after the other.
    await session.query("select pg_catalog.pg_sleep(0.02)");
  }
  throw new TargetFailure("TARGET_BUSY");
}

/** Drops the role. Its database must be gone before, else it owns things there. */
export async function dropRole(session: PostgresSession, role: string): Promise<void> {
  if ((await readOwnRole(session, role)) === null) return;
  await session.query(`drop role ${quoteIdentifier(role)}`);
  if ((await readRole(session, role)) !== null) throw new TargetFailure("TARGET_FAULT");
}
