import type pg from "pg";

/** Something of the platform that the schedule is made of. */
export interface PlatformPart {
  readonly extension: string;
  /** What is used of it. */
  readonly schema: string;
  readonly procedure: string;
  /** As the platform's own pages say; each makes its schema by itself or names one. */
  readonly create: string;
}

export const platformParts: readonly PlatformPart[] = [
  {
    extension: "supabase_vault",
    schema: "vault",
    procedure: "create_secret",
    create: "create extension if not exists supabase_vault with schema vault cascade",
  },
  {
    extension: "pg_net",
    schema: "net",
    procedure: "http_post",
    create: "create extension if not exists pg_net with schema extensions",
  },
  {
    extension: "pg_cron",
    schema: "cron",
    procedure: "schedule",
    create: "create extension if not exists pg_cron with schema pg_catalog",
  },
];

/** Whether what is used of it can be called. */
export async function hasPart(client: pg.Client, { schema, procedure }: PlatformPart): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
     where n.nspname = $1 and p.proname = $2
       and pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_function_privilege(p.oid, 'execute')`,
    [schema, procedure],
  );
  return (rowCount ?? 0) > 0;
}
