-- What lies around our schemas and still decides who may do what in them. A schema diff carries none of it. Only what the
-- platform itself does not vary: a project's own CONNECT rights, time-outs and event triggers are no business of ours.
with callers as (
  select oid, rolname from pg_catalog.pg_roles
  where rolname in ('anon', 'authenticated', 'service_role', 'authenticator') or rolname like 'gantry\_%'
),
rights (label, acl) as (
  select 'database', coalesce(datacl, acldefault('d', datdba)) from pg_catalog.pg_database
  where datname = pg_catalog.current_database()
  union all
  select 'parameter ' || parname, paracl from pg_catalog.pg_parameter_acl
  union all
  select 'relation auth.' || c.relname, c.relacl from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = 'auth'
  union all
  select 'column auth.' || c.relname || '.' || a.attname, a.attacl from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute a on a.attrelid = c.oid where n.nspname = 'auth' and not a.attisdropped
)
select r.label || ': ' || coalesce(c.rolname, 'everybody') || ' may ' || lower(a.privilege_type) as fact
from rights r cross join lateral pg_catalog.aclexplode(r.acl) a left join callers c on c.oid = a.grantee
where (a.grantee = 0 or c.oid is not null) and a.privilege_type <> 'CONNECT'
union all
-- With or without a role: settings that change what a policy, a name or a request means.
select coalesce('role ' || c.rolname, 'everybody') || ': starts with ' || setting
from pg_catalog.pg_db_role_setting s left join callers c on c.oid = s.setrole cross join lateral unnest(s.setconfig) setting
where (s.setrole = 0 or c.oid is not null)
  and s.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()))
  and setting ~ '^(row_security|session_replication_role|search_path|role|request\.[^=]*|gantry\.[^=]*|pgrst\.[^=]*)='
union all
select 'role ' || c.rolname || ': belongs to ' || pg_catalog.pg_get_userbyid(m.roleid)
from pg_catalog.pg_auth_members m join callers c on c.oid = m.member
where pg_catalog.pg_get_userbyid(m.roleid) not in ('anon', 'authenticated', 'service_role')
union all
select 'trigger ' || tgname || ' on auth.' || c.relname || ': calls ' || tgfoid::regprocedure
from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'auth' and not t.tgisinternal
union all
-- The platform's own functions there are event triggers or belong to extensions.
select 'function ' || p.oid::regprocedure || ': runs as ' || pg_catalog.pg_get_userbyid(p.proowner)
from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where n.nspname = 'extensions' and p.prosecdef and p.prorettype <> 'event_trigger'::regtype
  and not exists (select from pg_catalog.pg_depend d where d.objid = p.oid and d.deptype = 'e')
union all
select 'event trigger ' || evtname || ': calls ' || evtfoid::regprocedure
from pg_catalog.pg_event_trigger where pg_catalog.pg_get_userbyid(evtowner) <> 'supabase_admin'
union all
select 'publication ' || pubname || ': tells of ' || concat_ws(', ', case when pubinsert then 'inserts' end,
  case when pubupdate then 'updates' end, case when pubdelete then 'deletes' end, case when pubtruncate then 'truncates' end)
from pg_catalog.pg_publication where pubname = 'supabase_realtime'
