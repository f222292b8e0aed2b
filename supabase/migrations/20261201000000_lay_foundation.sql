-- Written by hand: roles, schemas and default privileges come before everything that a schema diff can draw up.

-- Who Gantry's own code is. Created without a password: the local stack and the deploy step set one for gantry_edge.
do $$
begin
  -- Edge functions log in as this role. It owns nothing and may only become one of two others, one transaction at a time.
  if not exists (select from pg_catalog.pg_roles where rolname = 'gantry_edge') then
    create role gantry_edge login noinherit;
  end if;
  -- Scheduled work. Row security applies to it; policies name what it may touch.
  if not exists (select from pg_catalog.pg_roles where rolname = 'gantry_worker') then
    create role gantry_worker nologin noinherit;
  end if;
  -- Owner of the security definer functions: a bug in one of them reaches what its policies allow, not everything.
  if not exists (select from pg_catalog.pg_roles where rolname = 'gantry_definer') then
    create role gantry_definer nologin noinherit;
  end if;
end
$$;

grant authenticated to gantry_edge with set true, inherit false;
grant gantry_worker to gantry_edge with set true, inherit false;
grant gantry_definer to postgres with set true, inherit true;

-- Nobody who calls needs temporary objects, and an attack on a definer function would begin with one.
do $$
begin
  execute pg_catalog.format('revoke temporary on database %I from public', pg_catalog.current_database());
end
$$;

-- control_plane: what no client reads directly. private: what policies call. partitions: children of partitioned tables.
create schema if not exists control_plane;
create schema if not exists private;
create schema if not exists partitions;

comment on schema control_plane is 'Tables of the control plane itself; not exposed by the Data API.';
comment on schema private is 'Functions that policies, triggers and edge functions call; not exposed by the Data API.';
comment on schema partitions is 'Children of partitioned tables; reached only through their parents.';

revoke all on schema control_plane, private, partitions from public, anon, authenticated, service_role;
grant usage on schema control_plane to authenticated, gantry_worker, gantry_definer;
grant usage on schema private to anon, authenticated, service_role, gantry_worker, gantry_definer;
grant create on schema private to gantry_definer;
grant usage on schema public to gantry_worker, gantry_definer;
grant usage on schema extensions to gantry_worker, gantry_definer;

-- Nothing new is reachable until its own file grants it. The last statement has no schema on purpose:
-- a revoke per schema cannot take back the built-in execute right of PUBLIC. postgres keeps an owner's rights; naming it
-- leaves nothing behind of what older projects start with.
alter default privileges for role postgres in schema public
  revoke all on tables from postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  revoke all on sequences from postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  revoke all on functions from postgres, anon, authenticated, service_role;
alter default privileges for role postgres revoke execute on functions from public;
