import pg from "pg";
import { toOneLine } from "./split-statements.ts";

/** An object as `revoke ... on` names it. */
export interface SchemaObject {
  readonly kind: "schema" | "table" | "sequence" | "function";
  /** For a function with its argument types. */
  readonly name: string;
}

const query = `
  select 'schema' as kind, quote_ident(nspname) as name from pg_catalog.pg_namespace
  where nspname !~ '^pg_' and nspname not in ('information_schema', 'auth', 'supabase_migrations')
  union all
  select case c.relkind when 'S' then 'sequence' else 'table' end, quote_ident(n.nspname) || '.' || quote_ident(c.relname)
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and n.nspname in ('public', 'control_plane', 'private', 'partitions')
  union all
  select 'function', p.oid::regprocedure::text
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('public', 'control_plane', 'private', 'partitions')
  order by 1, 2`;

export async function listSchemaObjects(databaseUrl: string): Promise<SchemaObject[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("set search_path = pg_catalog");
    return (await client.query<SchemaObject>(query)).rows;
  } finally {
    await client.end();
  }
}

const creates =
  /^create (?:or replace )?(?:unlogged )?(table|view|materialized view|foreign table|sequence|function|procedure|schema) (?:if not exists )?((?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))?)/i;

function readCreated(statement: string): string | null {
  const match = creates.exec(toOneLine(statement));
  return match?.[2] === undefined ? null : match[2].replaceAll('"', "");
}

function findCreation(statements: readonly string[], object: SchemaObject): number {
  const name = object.name.replace(/\(.*$/, "").replaceAll('"', "");
  return statements.findLastIndex((statement) => readCreated(statement) === name);
}

/**
 * Puts a revoke behind the statement that makes each new object, so that whatever a database grants by default is gone
 * before the object's own grants come. Identity sequences, which no statement makes by name, need none: they get the
 * rights of defaults that the first migration has emptied.
 *
 * @throws Error for a new table, view, function or schema that no statement makes
 */
export function closeNewObjects(statements: readonly string[], objects: readonly SchemaObject[]): string[] {
  const revokes = new Map<number, string[]>();
  for (const object of objects) {
    const index = findCreation(statements, object);
    if (index === -1 && object.kind === "sequence") continue;
    if (index === -1) throw new Error(`nothing in the diff makes ${object.kind} ${object.name}`);
    const revoke = `revoke all on ${object.kind} ${object.name} from public, anon, authenticated, service_role`;
    revokes.set(index, [...(revokes.get(index) ?? []), revoke]);
  }
  return statements.flatMap((statement, index) => [statement, ...(revokes.get(index) ?? [])]);
}
