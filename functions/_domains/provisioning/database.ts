/** A tenant's live database, without its secrets. */
export interface Database {
  readonly id: string;
  readonly tenantId: string;
  /** The tenant's own name for it. */
  readonly name: string;
  /** Its name at the server. */
  readonly databaseName: string;
  readonly host: string;
  readonly port: number;
  /** migrating: on its way; inactive: suspended; error: the last operation failed, ask again or delete. */
  readonly status: "active" | "inactive" | "migrating" | "error";
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Selects Database values as the caller. */
export const selectDatabases = `
  select
    d.id, d.tenant_id as "tenantId", d.name, d.database_name as "databaseName", d.host, d.port, d.status,
    d.created_at as "createdAt", d.updated_at as "updatedAt"
  from public.tenant_databases d`;
