import { PostgresFault, type PostgresSession } from "../../../_shared/egress/postgres-port.ts";
import { TargetFailure } from "../target-failure.ts";
import { createScramVerifier } from "./create-scram-verifier.ts";
import { type DatabaseNames, lockDownDatabase, shutDatabase } from "./database-steps.ts";
import { endSessions } from "./end-sessions.ts";
import type { Insist } from "./insist.ts";
import { quoteIdentifier } from "./quote-identifier.ts";

export const connectionLimit = 20;

interface RoleState {
  readonly canLogin: boolean;
  /** No attribute and no membership that a tenant must not have, and the limit is the one we set. */
  readonly isPlain: boolean;
  /** The admin made it (so it holds ADMIN on it and may act as it), or is a superuser. */
  readonly isOurs: boolean;
}

/** The role as it is now; null when there is none. */
export async function readRole(session: PostgresSession, role: string): Promise<RoleState | null> {
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

/** As `readRole`; throws when somebody else has made the role. */
export async function readOwnRole(session: PostgresSession, role: string): Promise<RoleState | null> {
  const state = await readRole(session, role);
  if (state !== null && !state.isOurs) throw new TargetFailure("TARGET_NAME_CONFLICT");
  return state;
}

async function expectRole(session: PostgresSession, role: string, canLogin: boolean): Promise<void> {
  const state = await readOwnRole(session, role);
  if (state === null) throw new TargetFailure("TARGET_OBJECT_MISSING");
  if (state.canLogin !== canLogin || !state.isPlain) throw new TargetFailure("TARGET_NOT_LOCKED_DOWN");
}

/**
 * Takes back what the tenant has set for its own role, everywhere and in its database: a setting can end each login
 * (`local_preload_libraries`), and it would hold for Gantry's own look at the login too.
 */
async function resetSettings(session: PostgresSession, names: DatabaseNames, insist: Insist): Promise<void> {
  const rows = await session.query<{ isInDatabase: boolean }>(
    `select s.setdatabase <> 0 as "isInDatabase"
     from pg_catalog.pg_db_role_setting s
     join pg_catalog.pg_roles r on r.oid = s.setrole
     left join pg_catalog.pg_database d on d.oid = s.setdatabase
     where r.rolname = $1 and (s.setdatabase = 0 or d.datname = $2)`,
    [names.role, names.database],
  );
  const role = quoteIdentifier(names.role);
  for (const { isInDatabase } of rows) {
    const where = isInDatabase ? ` in database ${quoteIdentifier(names.database)}` : "";
    await insist(session, `alter role ${role}${where} reset all`);
  }
}

/** A statement about a role takes no parameters; the verifier is our own base64, so it needs no escaping. */
async function toLoginAttributes(password: string): Promise<string> {
  return `login connection limit ${connectionLimit} password '${await createScramVerifier(password)}'`;
}

/** Makes the tenant's role, or gives the one that is there already the password we have sealed. */
export async function createRole(
  session: PostgresSession,
  names: DatabaseNames,
  password: string,
  insist: Insist,
): Promise<void> {
  const { role } = names;
  const name = quoteIdentifier(role);
  const [state, attributes] = await Promise.all([readOwnRole(session, role), toLoginAttributes(password)]);
  if (state === null) {
    await session.query(`create role ${name} ${attributes}`);
  } else {
    await resetSettings(session, names, insist);
    await insist(session, `alter role ${name} ${attributes}`);
  }
  await expectRole(session, role, true);
}

/**
 * Lets the role into its database again, and log in with the password we have sealed: the tenant may have changed it.
 * In this order, so that no login meets a closed door.
 */
export async function openLogins(
  session: PostgresSession,
  names: DatabaseNames,
  password: string,
  insist: Insist,
): Promise<void> {
  const { role } = names;
  const [state, attributes] = await Promise.all([readOwnRole(session, role), toLoginAttributes(password)]);
  if (state === null) throw new TargetFailure("TARGET_OBJECT_MISSING");
  await resetSettings(session, names, insist);
  await lockDownDatabase(session, names);
  await insist(session, `alter role ${quoteIdentifier(role)} ${attributes}`);
  await expectRole(session, role, true);
}

/** Locked, deadlocked, or changed at the same moment by a session that was just about to end. */
const passingStates = ["55P03", "40P01", "XX000"];
const closeRoundCount = 3;

async function alterToNoLogin(session: PostgresSession, names: DatabaseNames, insist: Insist): Promise<void> {
  const role = quoteIdentifier(names.role);
  for (let round = 1; ; round += 1) {
    await endSessions(session, names);
    try {
      return await insist(session, `alter role ${role} nologin connection limit ${connectionLimit}`);
    } catch (error) {
      const isPassing = error instanceof PostgresFault && passingStates.includes(error.sqlState ?? "");
      if (!isPassing || round === closeRoundCount) throw error;
    }
  }
}

/**
 * Lets the role in no more. A tenant can lock the row of its own role, and change it again and again, but not the
 * database's: the right to connect goes first, then its sessions, then the login. What is not there has no logins.
 */
export async function closeLogins(
  session: PostgresSession,
  names: DatabaseNames,
  insist: Insist,
): Promise<void> {
  if ((await readOwnRole(session, names.role)) === null) return;
  await shutDatabase(session, names);
  await alterToNoLogin(session, names, insist);
  await expectRole(session, names.role, false);
}

/** Ends what sessions of the role are left, and sees that nobody is connected and nobody can be. */
export async function terminateConnections(session: PostgresSession, names: DatabaseNames): Promise<void> {
  if (!(await endSessions(session, names))) throw new TargetFailure("TARGET_BUSY");
  if ((await readOwnRole(session, names.role)) !== null) await expectRole(session, names.role, false);
}
