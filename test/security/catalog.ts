import type pg from "pg";
import type { ObjectExpectation } from "./expectations.ts";
import type { RowFacts } from "./expected-rows.ts";

/** Schemas that hold objects of ours. */
export const ownSchemas = ["public", "control_plane", "private", "partitions"] as const;

export interface CatalogColumn {
  readonly object: string;
  readonly column: string;
}

/** Every table, partition, view, materialized view, foreign table and sequence of our schemas, as schema.name. */
export async function listObjects(client: pg.ClientBase): Promise<string[]> {
  const result = await client.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any ($1) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') order by 1`,
    [ownSchemas],
  );
  return result.rows.map((row) => row.name);
}

/** Every function of our schemas as schema.name(argument types). */
export async function listFunctions(client: pg.ClientBase): Promise<string[]> {
  const result = await client.query<{ name: string }>(
    `select n.nspname || '.' || p.proname || '(' || coalesce((
       select string_agg(format_type(t, null), ',' order by o)
       from unnest(p.proargtypes) with ordinality as a (t, o)), '') || ')' as name
     from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
     where n.nspname = any ($1) order by 1`,
    [ownSchemas],
  );
  return result.rows.map((row) => row.name);
}

export async function listColumns(client: pg.ClientBase): Promise<CatalogColumn[]> {
  const result = await client.query<CatalogColumn>(
    `select n.nspname || '.' || c.relname as object, a.attname as column
     from pg_catalog.pg_attribute a
     join pg_catalog.pg_class c on c.oid = a.attrelid
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any ($1) and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped
     order by 1, a.attnum`,
    [ownSchemas],
  );
  return result.rows;
}

/** All rows of an object with what the model needs to know about them; `client` has the owner's rights. */
export async function readRows(
  client: pg.ClientBase,
  object: string,
  expectation: ObjectExpectation,
): Promise<RowFacts[]> {
  const result = await client.query<RowFacts>(
    `select f.key, f."tenantId", f."personId",
       array(select m.tenant_id::text from public.memberships m where m.user_id::text = f."personId") as "personTenantIds"
     from (
       select (${expectation.key})::text as key, (${expectation.tenant})::text as "tenantId",
         (${expectation.person ?? "null"})::text as "personId"
       from ${object}
     ) as f`,
  );
  return result.rows;
}

/** One hash over all rows of all objects: equal before and after means that nothing was written anywhere. */
export async function createFingerprint(client: pg.ClientBase): Promise<() => Promise<string>> {
  const tables = await listObjects(client);
  const parts = tables.map(
    (name) =>
      `select '${name}' as t, md5(coalesce(string_agg(o::text, '|' order by o::text), '')) as h from ${name} o`,
  );
  const text = `select md5(string_agg(t || h, '|' order by t)) as hash from (${parts.join(" union all ")}) as all_tables`;
  return async () => (await client.query<{ hash: string }>(text)).rows[0]?.hash ?? "";
}
