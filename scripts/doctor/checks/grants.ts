import { type Check, toFindings } from "../check.ts";

/** anon, service_role and everybody hold nothing in our schemas; row security is forced on each table. */
const query = `
with relations as (
  select c.oid, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relacl, n.nspname || '.' || c.relname as name
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'control_plane', 'private', 'partitions') and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    and not exists (select from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'e')
),
rights (name, acl) as (
  select name, relacl from relations
  union all
  select r.name || ' (' || a.attname || ')', a.attacl
  from relations r join pg_catalog.pg_attribute a on a.attrelid = r.oid
  where a.attacl is not null and not a.attisdropped
),
outsiders (oid, name) as (
  select 0::oid, 'everybody'
  union all
  select oid, rolname from pg_catalog.pg_roles where rolname in ('anon', 'service_role')
)
select o.name || ' may ' || lower(string_agg(a.privilege_type, ', ' order by a.privilege_type)) || ' on ' || r.name as fault
from rights r cross join lateral pg_catalog.aclexplode(r.acl) a join outsiders o on o.oid = a.grantee
group by o.name, r.name
union all
select 'everybody may execute ' || p.oid::regprocedure
from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
cross join lateral pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
where n.nspname in ('public', 'control_plane', 'private') and a.grantee = 0
  and not exists (select from pg_catalog.pg_depend d where d.objid = p.oid and d.deptype = 'e')
union all
select 'row security of ' || name || ' is ' || case when relrowsecurity then 'not forced' else 'off' end
from relations where relkind in ('r', 'p') and not (relrowsecurity and relforcerowsecurity)
order by 1`;

export const checkGrants: Check = {
  name: "grants",
  async run({ client }) {
    const { rows } = await client.query<{ fault: string }>(query);
    return toFindings(
      rows.map(({ fault }) => `${fault}: take it back, then npm run db:drift tells what else differs`),
      "anon, service_role and everybody hold nothing; row security is forced on every table",
    );
  },
};
