import { PostgresFault, type PostgresSession } from "../../../_shared/egress/postgres-port.ts";
import { TargetFailure } from "../target-failure.ts";
import type { Insist } from "./insist.ts";
import { quoteIdentifier } from "./quote-identifier.ts";
import { readOwnRole, readRole } from "./role-steps.ts";

/** Works in a session of the admin in another database of the cluster. */
export type WorkIn = (database: string, work: (session: PostgresSession) => Promise<void>) => Promise<void>;

/** Another tenant can grant anew while the last grant is taken back; each round is a race that it must win. */
const roundCount = 10;

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

/**
 * Drops the role. Its database must be gone before, else it owns things there. Any tenant can grant any role something
 * in its own database, which keeps the role from being dropped: it is taken back there. TARGET_ROLE_IN_USE when that
 * cannot be done now, and a later run goes on.
 */
export async function dropRole(
  session: PostgresSession,
  role: string,
  insist: Insist,
  workIn: WorkIn,
): Promise<void> {
  if ((await readOwnRole(session, role)) === null) return;
  const name = quoteIdentifier(role);
  for (let round = 1; ; round += 1) {
    for (const database of await readGranting(session, role)) {
      const cleared = workIn(database, (inside) => insist(inside, `drop owned by ${name}`));
      // A database that cannot be entered or cleared leaves the role in use, and dropping the role says so.
      await cleared.catch(() => undefined);
    }
    try {
      await insist(session, `drop role ${name}`);
      break;
    } catch (error) {
      if (!isDependedOn(error)) throw error;
      if (round === roundCount) throw new TargetFailure("TARGET_ROLE_IN_USE");
    }
  }
  if ((await readRole(session, role)) !== null) throw new TargetFailure("TARGET_FAULT");
}
