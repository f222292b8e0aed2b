import { Secret } from "../../../_shared/crypto/secret.ts";
import type { OpenPostgres, PostgresSession } from "../../../_shared/egress/postgres-port.ts";
import type { TargetStep } from "../list-steps.ts";
import type { TargetAdapter, TargetDatabase } from "../target-adapter.ts";
import { toTargetFailure } from "../target-failure.ts";
import {
  createDatabase,
  dropDatabase,
  handOverSchema,
  lockDownDatabase,
  verifyLogin,
} from "./database-steps.ts";
import { dropRole, type WorkIn } from "./drop-role.ts";
import { createInsist } from "./insist.ts";
import { templateName as defaultTemplateName } from "./prepare-target.ts";
import { closeLogins, createRole, openLogins, terminateConnections } from "./role-steps.ts";
import { createSideSessions, type SideSessions } from "./side-sessions.ts";

export interface PostgresAdapterOptions {
  readonly openPostgres: OpenPostgres;
  /** What new databases are cloned from. Default `gantry_template`. */
  readonly templateName?: string;
}

/** The same server and options (TLS among them), another database. */
function withDatabase(adminUrl: Secret, database: string): Secret {
  const url = new URL(adminUrl.reveal());
  url.pathname = `/${encodeURIComponent(database)}`;
  return new Secret(url.href);
}

/** The tenant's own login, under the options with which the admin reaches the server. */
function withOptionsOf(adminUrl: Secret, connectionString: Secret): Secret {
  const url = new URL(connectionString.reveal());
  url.search = new URL(adminUrl.reveal()).search;
  return new Secret(url.href);
}

function passwordOf(connectionString: Secret): string {
  return decodeURIComponent(new URL(connectionString.reveal()).password);
}

function expectLogin(database: TargetDatabase): Secret {
  if (database.connectionString === null) throw new Error("the step needs the tenant's connection string");
  return database.connectionString;
}

interface Sessions {
  readonly admin: PostgresSession;
  readonly side: SideSessions;
}

function createRunStep(
  templateName: string,
  { admin, side }: Sessions,
  adminUrl: Secret,
  target: TargetDatabase,
): (step: TargetStep) => Promise<void> {
  const { database, role } = target;
  const insist = createInsist(side, adminUrl);
  const workIn: WorkIn = (name, work) => side.use(withDatabase(adminUrl, name), work);
  /** The first sessions in a new database take long to start, and need not wait for the steps before theirs. */
  const openAhead = (): void => {
    side.openAhead(withDatabase(adminUrl, database));
    side.openAhead(withOptionsOf(adminUrl, expectLogin(target)));
  };
  const run: Readonly<Record<TargetStep, () => Promise<void>>> = {
    create_role: () => createRole(admin, target, passwordOf(expectLogin(target)), insist),
    create_database: () => createDatabase(admin, database, templateName),
    lock_down_database: () => {
      openAhead();
      return lockDownDatabase(admin, target);
    },
    hand_over_schema: () => {
      openAhead();
      return workIn(database, (session) => handOverSchema(session, role, insist));
    },
    open_logins: () => openLogins(admin, target, passwordOf(expectLogin(target)), insist),
    verify_login: () =>
      side.use(withOptionsOf(adminUrl, expectLogin(target)), (session) => verifyLogin(session, target)),
    close_logins: () => closeLogins(admin, target, insist),
    terminate_connections: () => terminateConnections(admin, target),
    drop_database: () => dropDatabase(admin, database, insist),
    drop_role: () => dropRole(admin, role, insist, workIn),
  };
  return (step) => run[step]();
}

async function asTargetFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toTargetFailure(error) ?? error;
  }
}

/** Ends when the session does, whatever became of the worker. Another database of the cluster has its own. */
async function takeLock(admin: PostgresSession, database: string): Promise<void> {
  // The maker of a role may administer it but not become it, and could not hand a schema over to it; hence the setting.
  await admin.query(
    `select pg_catalog.pg_advisory_lock(pg_catalog.hashtextextended('gantry ' || $1::text, 0)),
       pg_catalog.set_config('createrole_self_grant', 'set, inherit', false)`,
    [database],
  );
}

/**
 * Tenant databases on a plain Postgres cluster, as an admin who is no superuser. The admin keeps the database, the
 * tenant's role gets connect, create and temporary on it and owns its schema `public`: an owner could drop the database
 * or open it to everybody.
 */
export function createPostgresAdapter(options: PostgresAdapterOptions): TargetAdapter {
  const { openPostgres, templateName = defaultTemplateName } = options;
  return {
    begin: (adminUrl, target) =>
      asTargetFailure(async () => {
        const admin = await openPostgres(adminUrl);
        try {
          await takeLock(admin, target.database);
        } catch (error) {
          await admin.close();
          throw error;
        }
        const side = createSideSessions(openPostgres);
        const runStep = createRunStep(templateName, { admin, side }, adminUrl, target);
        return {
          run: (step) => asTargetFailure(() => runStep(step)),
          async close() {
            await Promise.all([side.close(), admin.close()]);
          },
        };
      }),
  };
}
