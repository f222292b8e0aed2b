import { readFile } from "node:fs/promises";
import pg from "pg";
import { toClientConfig } from "../deploy/connect-owner.ts";

/**
 * Who may do what in a database, as one sentence per fact: owners, all rights on schemas, relations, columns and
 * functions, default privileges, row security, options of views, settings of functions, triggers that fire, published
 * tables, what our roles are and may become. Two databases with the same list give the same access.
 */
export async function readAccess(databaseUrl: string): Promise<string[]> {
  const files = ["access-facts.sql", "platform-facts.sql"];
  const queries = await Promise.all(files.map((file) => readFile(new URL(file, import.meta.url), "utf8")));
  const client = new pg.Client(toClientConfig(databaseUrl));
  await client.connect();
  try {
    // Names print the same way whatever the role's own search path is.
    await client.query("set search_path = pg_catalog");
    const facts: string[] = [];
    for (const sql of queries) {
      const result = await client.query<{ fact: string }>(sql);
      facts.push(...result.rows.map((row) => row.fact));
    }
    return facts.sort();
  } finally {
    await client.end();
  }
}
