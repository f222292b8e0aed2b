-- Who may do what, as one sentence per fact. What a schema diff does not carry, or carries in one direction only.
-- An owner's rights on its own object are left out, but for those on functions: there they can be taken away.
with own_schemas as (
  select oid, nspname from pg_catalog.pg_namespace
  where nspname in ('public', 'control_plane', 'private', 'partitions')
),
relations as (
  select c.*, 'relation ' || n.nspname || '.' || c.relname as label
  from pg_catalog.pg_class c join own_schemas n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
),
functions as (
  select p.*, 'function ' || n.nspname || '.' || p.proname || '(' ||
    pg_catalog.pg_get_function_identity_arguments(p.oid) || ')' as label
  from pg_catalog.pg_proc p join own_schemas n on n.oid = p.pronamespace
  where not exists (select from pg_catalog.pg_depend d where d.objid = p.oid and d.deptype = 'e')
),
rights (label, owner, has_owner_rights, acl) as (
  select label, relowner, false, coalesce(relacl, acldefault(case relkind when 'S' then 's'::"char" else 'r' end, relowner))
  from relations
  union all
  select r.label || ' column ' || a.attname, r.relowner, false, a.attacl
  from relations r join pg_catalog.pg_attribute a on a.attrelid = r.oid
  where a.attacl is not null and not a.attisdropped
  union all
  select label, proowner, true, coalesce(proacl, acldefault('f', proowner)) from functions
  union all
  select 'schema ' || n.nspname, n.nspowner, false, coalesce(n.nspacl, acldefault('n', n.nspowner))
  from pg_catalog.pg_namespace n join own_schemas using (oid)
  union all
  -- Only what is taken from or added to a schema's defaults; those without a schema replace the built-in ones.
  select 'defaults of ' || pg_catalog.pg_get_userbyid(d.defaclrole) || ' for ' ||
      case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
        when 'T' then 'types' when 'n' then 'schemas' else d.defaclobjtype::text end ||
      coalesce(' in ' || n.nspname, ' everywhere'),
    d.defaclrole, d.defaclnamespace = 0, d.defaclacl
  from pg_catalog.pg_default_acl d left join own_schemas n on n.oid = d.defaclnamespace
  where pg_catalog.pg_get_userbyid(d.defaclrole) in ('postgres', 'gantry_definer')
    and (d.defaclnamespace = 0 or n.oid is not null)
)
select r.label || ': ' || case a.grantee when 0 then 'everybody' else pg_catalog.pg_get_userbyid(a.grantee) end ||
  ' may ' || lower(a.privilege_type) || case when a.is_grantable and a.grantee <> r.owner then ' and grant it' else '' end as fact
from rights r cross join lateral pg_catalog.aclexplode(r.acl) a
where r.has_owner_rights or a.grantee <> r.owner
union all
select 'schema ' || n.nspname || ': ' || pg_catalog.pg_get_userbyid(a.grantee) || ' may ' || lower(a.privilege_type)
from pg_catalog.pg_namespace n cross join lateral pg_catalog.aclexplode(n.nspacl) a
where n.nspname = 'extensions' and pg_catalog.pg_get_userbyid(a.grantee) like 'gantry\_%'
union all
select label || ': owned by ' || pg_catalog.pg_get_userbyid(relowner) from relations
union all
select label || ': row security is ' || case when not relrowsecurity then 'off'
  when relforcerowsecurity then 'forced' else 'on, but not forced' end
from relations where relkind in ('r', 'p')
union all
select label || ': option ' || o from relations cross join lateral unnest(reloptions) o
union all
select label || ': owned by ' || pg_catalog.pg_get_userbyid(proowner) from functions
union all
select label || ': runs as ' || case when prosecdef then 'its owner' else 'its caller' end from functions
union all
select label || ': sets ' || s from functions cross join lateral unnest(proconfig) s
union all
select 'schema ' || n.nspname || ': owned by ' || pg_catalog.pg_get_userbyid(n.nspowner)
from pg_catalog.pg_namespace n join own_schemas using (oid)
union all
select 'trigger ' || t.tgname || ' on ' || t.tgrelid::regclass || ': ' ||
  case t.tgenabled when 'O' then 'fires' when 'D' then 'is disabled' when 'A' then 'fires always' else 'fires on replicas' end
from pg_catalog.pg_trigger t
where not t.tgisinternal and (
  t.tgrelid in (select oid from relations) or t.tgfoid in (select oid from functions)
)
union all
select 'publication ' || p.pubname || ': publishes ' || p.schemaname || '.' || p.tablename || ' (' ||
  array_to_string(p.attnames, ', ') || ')' || coalesce(' where ' || p.rowfilter, '')
from pg_catalog.pg_publication_tables p
where p.schemaname in (select nspname from own_schemas)
union all
select 'role ' || rolname || ': ' || case when rolcanlogin then 'logs in' else 'cannot log in' end ||
  case when rolsuper then ', superuser' else '' end || case when rolbypassrls then ', bypasses row security' else '' end ||
  case when rolcreaterole then ', creates roles' else '' end || case when rolcreatedb then ', creates databases' else '' end ||
  case when rolinherit then ', inherits' else '' end
from pg_catalog.pg_roles where rolname in ('anon', 'authenticated') or rolname like 'gantry\_%'
union all
select 'role ' || pg_catalog.pg_get_userbyid(member) || ': ' || case when bool_or(set_option) then 'may become '
    when bool_or(inherit_option) then 'inherits ' else 'administers ' end || pg_catalog.pg_get_userbyid(roleid) ||
  case when bool_or(inherit_option) then ', with its rights at all times' else '' end
from pg_catalog.pg_auth_members
where pg_catalog.pg_get_userbyid(member) in ('anon', 'authenticated')
  or pg_catalog.pg_get_userbyid(member) like 'gantry\_%' or pg_catalog.pg_get_userbyid(roleid) like 'gantry\_%'
group by member, roleid
