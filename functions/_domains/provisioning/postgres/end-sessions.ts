import type { PostgresSession } from "../../../_shared/egress/postgres-port.ts";
import type { DatabaseNames } from "./database-steps.ts";

const roundCount = 250;

/**
 * Sessions on their way into the database. Postgres shows a session only after it has checked its rights; this lock is
 * taken before the check. Nobody else can hold it in this mode.
 */
async function readEntering(session: PostgresSession, database: string): Promise<number[]> {
  const rows = await session.query<{ pid: number }>(
    `select l.pid
     from pg_catalog.pg_locks l
     join pg_catalog.pg_database d on d.oid = l.objid
     where l.locktype = 'object' and l.database = 0 and l.classid = 'pg_catalog.pg_database'::pg_catalog.regclass
       and l.mode = 'RowExclusiveLock' and d.datname = $1`,
    [database],
  );
  return rows.map((row) => row.pid);
}

/**
 * Ends the role's sessions and waits until there are none, five seconds at most: false if some do not end. With connect
 * on the database taken away before, nobody is left and nobody comes: who was let in earlier is waited for.
 */
export async function endSessions(session: PostgresSession, names: DatabaseNames): Promise<boolean> {
  const entering = await readEntering(session, names.database);
  for (let round = 0; round < roundCount; round += 1) {
    const rows = await session.query<{ pid: number }>(
      `select a.pid, pg_catalog.pg_terminate_backend(a.pid)
       from pg_catalog.pg_stat_activity a
       where a.usename = $1 and a.pid <> pg_catalog.pg_backend_pid()`,
      [names.role],
    );
    const isEntering =
      entering.length > 0 &&
      (await readEntering(session, names.database)).some((pid) => entering.includes(pid));
    if (rows.length === 0 && !isEntering) return true;
    // The function's own wait takes 100 ms for each session, one after the other.
    await session.query("select pg_catalog.pg_sleep(0.02)");
  }
  return false;
}
