import type { PostgresSession } from "../../../_shared/egress/postgres-port.ts";
import { TargetFailure } from "../target-failure.ts";
import { quoteIdentifier } from "./quote-identifier.ts";

export const templateName = "gantry_template";

/** The identity that initdb gave the cluster; copies made by replication or backup share it. */
export async function readSystemIdentifier(session: PostgresSession): Promise<string> {
  const rows = await session.query<{ id: string }>(
    "select system_identifier::text as id from pg_catalog.pg_control_system()",
  );
  if (rows[0] === undefined) throw new TargetFailure("TARGET_FAULT");
  return rows[0].id;
}

async function expectAbleAdmin(session: PostgresSession): Promise<void> {
  const rows = await session.query<{ isAble: boolean }>(
    `select pg_catalog.current_setting('server_version_num')::integer >= 160000
       -- A prepared transaction keeps its locks without a session that could be ended.
       and pg_catalog.current_setting('max_prepared_transactions')::integer = 0
       and (rolsuper or (rolcreatedb and rolcreaterole)) as "isAble"
     from pg_catalog.pg_roles where rolname = current_user`,
  );
  if (!rows[0]?.isAble) throw new TargetFailure("TARGET_UNSUPPORTED");
}

async function ensureTemplate(session: PostgresSession): Promise<void> {
  const name = quoteIdentifier(templateName);
  const found = await session.query("select from pg_catalog.pg_database where datname = $1", [templateName]);
  if (found.length === 0) {
    await session.query(
      `create database ${name} template template0 encoding 'UTF8' strategy wal_log is_template true allow_connections false`,
    );
  }
  await session.query(`alter database ${name} is_template true`);
  await session.query(`alter database ${name} allow_connections false`);
}

/** Closes the databases that initdb makes; a cluster may have lost one of them. */
async function closeSharedDatabases(session: PostgresSession): Promise<void> {
  const found = await session.query<{ name: string }>(
    "select datname as name from pg_catalog.pg_database where datname in ('postgres', 'template1')",
  );
  for (const { name } of found) {
    await session.query(`revoke connect, temporary on database ${quoteIdentifier(name)} from public`);
  }
}

/** Databases that PUBLIC may enter, so that any tenant's role could too. */
async function readOpenDatabases(session: PostgresSession): Promise<string[]> {
  const rows = await session.query<{ name: string }>(
    `select d.datname as name
     from pg_catalog.pg_database d
     cross join lateral pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) a
     where d.datallowconn and a.grantee = 0 and a.privilege_type in ('CONNECT', 'TEMPORARY')
     group by d.datname order by d.datname`,
  );
  return rows.map((row) => row.name);
}

/**
 * Makes a cluster fit to hold tenant databases: a template without connections, and no database that PUBLIC may enter.
 * Repeatable. Only `postgres` and `template1` are closed here; another open database belongs to somebody, and the target
 * is refused with TARGET_NOT_LOCKED_DOWN. Refuses with SAME_CLUSTER the cluster whose identifier is given.
 * @returns the cluster's own identifier.
 */
export async function prepareTarget(
  session: PostgresSession,
  options: { readonly forbiddenSystemIdentifier: string },
): Promise<string> {
  const systemIdentifier = await readSystemIdentifier(session);
  if (systemIdentifier === options.forbiddenSystemIdentifier) throw new TargetFailure("SAME_CLUSTER");
  await expectAbleAdmin(session);
  await ensureTemplate(session);
  await closeSharedDatabases(session);
  await session.query(`revoke all on database ${quoteIdentifier(templateName)} from public`);
  // A revoke without the right to it is a mere warning.
  if ((await readOpenDatabases(session)).length > 0) throw new TargetFailure("TARGET_NOT_LOCKED_DOWN");
  return systemIdentifier;
}
