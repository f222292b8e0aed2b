import type { Secret } from "../../../_shared/crypto/secret.ts";
import type { PostgresSession } from "../../../_shared/egress/postgres-port.ts";
import { TargetFailure } from "../target-failure.ts";
import type { SideSessions } from "./side-sessions.ts";

/**
 * Runs a statement (or several, as one transaction) in the session to its end, and ends the tenants' sessions that keep
 * it waiting. Transactions that end by themselves have `patienceMs` to do so, 300 if absent.
 */
export type Insist = (session: PostgresSession, statement: string, patienceMs?: number) => Promise<void>;

const pauseMs = 20;

async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const isSettled = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return isSettled;
}

/** Only sessions of roles that the admin has made: no superuser's, no operator's, and not another worker's. */
async function endBlockers(watcher: PostgresSession, pid: number): Promise<void> {
  await watcher.query(
    `select pg_catalog.pg_terminate_backend(a.pid)
     from pg_catalog.unnest(pg_catalog.pg_blocking_pids($1)) as b (pid)
     join pg_catalog.pg_stat_activity a on a.pid = b.pid
     join pg_catalog.pg_roles r on r.oid = a.usesysid
     where not r.rolsuper and r.rolname <> current_user
       and pg_catalog.pg_has_role(current_user, r.oid, 'USAGE')`,
    [pid],
  );
}

/**
 * For statements that need a lock which a tenant can hold: on the row of its own role, on any role that it grants
 * something to, on any database that it makes a setting for. An open transaction would hold up Gantry for as long as the
 * tenant likes. What is waited for is seen by a second session of the admin, opened only when there is a wait.
 */
export function createInsist(side: SideSessions, adminUrl: Secret): Insist {
  return async (session, statement, patienceMs = 300) => {
    const [self] = await session.query<{ pid: number }>("select pg_catalog.pg_backend_pid() as pid");
    if (self === undefined) throw new TargetFailure("TARGET_FAULT");
    const ended = session.query(statement).then(
      () => null,
      (error: unknown) => ({ error }),
    );
    if (!(await settlesWithin(ended, patienceMs))) {
      const watch = side.use(adminUrl, async (watcher) => {
        while (!(await settlesWithin(ended, pauseMs))) await endBlockers(watcher, self.pid);
      });
      // A watcher that cannot do its work leaves the statement to its lock timeout, and that is what is told.
      await watch.catch(() => undefined);
    }
    const failure = await ended;
    if (failure !== null) throw failure.error;
  };
}
