import { type Check, toFindings } from "../check.ts";

const query = `
select case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' else d.defaclobjtype::text end as kind,
  coalesce(r.rolname, 'public') as grantee
from pg_catalog.pg_default_acl d
cross join lateral pg_catalog.aclexplode(d.defaclacl) a
left join pg_catalog.pg_roles r on r.oid = a.grantee
where pg_get_userbyid(d.defaclrole) = 'postgres'
  and d.defaclnamespace in (0, (select oid from pg_catalog.pg_namespace where nspname = 'public'))
  and (a.grantee = 0 or r.rolname in ('anon', 'authenticated', 'service_role'))
union
-- Without an entry of its own the built-in default holds: everybody may execute.
select 'functions', 'public'
where not exists (
  select from pg_catalog.pg_default_acl d
  where pg_get_userbyid(d.defaclrole) = 'postgres' and d.defaclnamespace = 0 and d.defaclobjtype = 'f'
)
order by 1, 2`;

export const checkDefaultPrivileges: Check = {
  name: "default privileges",
  async run({ client }) {
    const { rows } = await client.query<{ kind: string; grantee: string }>(query);
    const faults = rows.map(({ kind, grantee }) => {
      const place = grantee === "public" ? "" : " in schema public";
      return `new ${kind} are open to ${grantee}: alter default privileges for role postgres${place} revoke all on ${kind} from ${grantee}`;
    });
    return toFindings(faults, "new objects belong to their owner alone");
  },
};
