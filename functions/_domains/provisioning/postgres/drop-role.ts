import { PostgresFault, type PostgresSession } from "../../../_shared/egress/postgres-port.ts";
import { TargetFailure } from "../target-failure.ts";
import type { Insist } from "./insist.ts";
import { quoteIdentifier } from "./quote-identifier.ts";
import { readOwnRole, readRole } from "./role-steps.ts";

/** Works in a session of the admin in another database of the cluster. */
export type WorkIn = (database: string, work: (session: PostgresSession) => Promise<void>) => Promise<void>;

const roundCount = 20;

function isDependedOn(error: unknown): boolean {
  return error instanceof PostgresFault && error.sqlState === "2BP01";
}

/**
 * Databases in which something was granted to the role. One in which it owns something is left to a person: tenants
 * cannot give a role anything, so somebody with more rights did, and it would be lost.
 */
async function readGranting(session: PostgresSession, role: string): Promise<string[]> {
  const rows = await session.query<{ name: string }>(
    `select d.datname as name
     from pg_catalog.pg_shdepend s
     join pg_catalog.pg_roles r on r.oid = s.refobjid
     join pg_catalog.pg_database d on d.oid = s.dbid
     where s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass and r.rolname = $1
     group by d.datname
     having pg_catalog.bool_and(s.deptype <> 'o')
     order by d.datname`,
    [role],
  );
  return rows.map((row) => row.name);
}

/** Ends the tenants' sessions in the databases: what they have under way is undone, and they need a moment to be back. */
async function endTenants(session: PostgresSession, databases: readonly string[]): Promise<void> {
  await session.query(
    `select pg_catalog.pg_terminate_backend(a.pid)
     from pg_catalog.pg_stat_activity a
     join pg_catalog.pg_roles r on r.oid = a.usesysid
     where a.datname = any ($1) and not r.rolsuper and r.rolname <> current_user
       and pg_catalog.pg_has_role(current_user, r.oid, 'USAGE')`,
    [databases],
  );
}

/** Takes back what the role was granted in other databases, and in the last of them drops it in the same breath. */
async function clearGrants(
  session: PostgresSession,
  role: string,
  isRace: boolean,
  insist: Insist,
  workIn: WorkIn,
): Promise<void> {
  const name = quoteIdentifier(role);
  const databases = await readGranting(session, role);
  const last = databases.at(-1);
  await Promise.all(
    databases.map(async (database) => {
      const statement = `drop owned by ${name}${isRace && database === last ? `; drop role ${name}` : ""}`;
      // A database that cannot be entered or cleared leaves the role in use, and dropping the role says so.
      await workIn(database, async (inside) => {
        if (isRace) await endTenants(inside, databases);
        await insist(inside, statement, 0);
      }).catch(() => undefined);
    }),
  );
}

/**
 * Drops the role. Its database must be gone before, else it owns things there. Any tenant can grant any role something
 * in its own database, which keeps the role from being dropped: it is taken back there. A tenant may grant anew in that
 * very moment, again and again, so whoever has a grant under way is ended at once, and new ones queue behind the drop.
 * TARGET_ROLE_IN_USE when it cannot be done now; a later run goes on.
 */
export async function dropRole(
  session: PostgresSession,
  role: string,
  insist: Insist,
  workIn: WorkIn,
): Promise<void> {
  for (let round = 1; (await readOwnRole(session, role)) !== null; round += 1) {
    try {
      await insist(session, `drop role ${quoteIdentifier(role)}`);
      break;
    } catch (error) {
      if (!isDependedOn(error)) throw error;
      if (round > roundCount) throw new TargetFailure("TARGET_ROLE_IN_USE");
      await clearGrants(session, role, round > 1, insist, workIn);
    }
  }
  if ((await readRole(session, role)) !== null) throw new TargetFailure("TARGET_FAULT");
}
