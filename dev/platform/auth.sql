-- Runs after the local auth server has made its tables, which it does as supabase_admin and with helper functions of
-- its own: ownership as on hosted, and the helpers that policies call as Supabase defines them (the local ones read a
-- setting that PostgREST does not write).

do $$
declare
  v_object record;
begin
  for v_object in
    select nsp.nspname, cls.relname
    from pg_catalog.pg_class as cls
    join pg_catalog.pg_namespace as nsp on nsp.oid = cls.relnamespace
    where nsp.nspname in ('auth', 'supabase_migrations') and cls.relkind in ('r', 'p', 'v')
  loop
    execute format(
      'alter table %I.%I owner to %I',
      v_object.nspname,
      v_object.relname,
      case v_object.nspname when 'auth' then 'supabase_auth_admin' else 'postgres' end
    );
  end loop;
  if to_regnamespace('supabase_migrations') is not null then
    alter schema supabase_migrations owner to postgres;
  end if;
end;
$$;

create or replace function auth.uid() returns uuid
language sql stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')
  )::uuid
$$;

create or replace function auth.role() returns text
language sql stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''),
    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role')
  )::text
$$;

create or replace function auth.email() returns text
language sql stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.email', true), ''),
    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email')
  )::text
$$;

create or replace function auth.jwt() returns jsonb
language sql stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')
  )::jsonb
$$;

alter function auth.uid() owner to supabase_auth_admin;
alter function auth.role() owner to supabase_auth_admin;
alter function auth.email() owner to supabase_auth_admin;
alter function auth.jwt() owner to supabase_auth_admin;

grant all on all tables in schema auth to postgres;
