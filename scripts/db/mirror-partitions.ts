import pg from "pg";
import { toClientConfig } from "../deploy/connect-owner.ts";

interface Partition {
  readonly name: string;
  readonly parent: string;
  readonly bound: string;
}

async function withClient<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(toClientConfig(databaseUrl));
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function listPartitions(databaseUrl: string): Promise<Partition[]> {
  return withClient(databaseUrl, async (client) => {
    const result = await client.query<Partition>(
      `select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name,
         quote_ident(pn.nspname) || '.' || quote_ident(p.relname) as parent,
         pg_get_expr(c.relpartbound, c.oid) as bound
       from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       join pg_catalog.pg_inherits i on i.inhrelid = c.oid
       join pg_catalog.pg_class p on p.oid = i.inhparent
       join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace
       where n.nspname = 'partitions' and c.relispartition and c.relkind = 'r' order by 1`,
    );
    return result.rows;
  });
}

/**
 * Makes in `toUrl` the monthly partitions that only `fromUrl` has: closed as every partition must be, so that whatever
 * else differs about one, a missing FORCE or a grant, still shows. Their months themselves are no drift.
 */
export async function mirrorPartitions(fromUrl: string, toUrl: string): Promise<void> {
  const existing = new Set((await listPartitions(toUrl)).map((partition) => partition.name));
  const missing = (await listPartitions(fromUrl)).filter((partition) => !existing.has(partition.name));
  await withClient(toUrl, async (client) => {
    for (const { name, parent, bound } of missing) {
      await client.query(`
        create table ${name} (like ${parent} including all);
        alter table ${name} enable row level security, force row level security;
        revoke all on ${name} from public, anon, authenticated, service_role;
        alter table ${parent} attach partition ${name} ${bound};
      `);
    }
  });
}
