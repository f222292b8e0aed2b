-- What a hosted Supabase database holds before anybody has migrated it. Run in that database as supabase_admin,
-- any number of times.

do $$
begin
  execute format('alter database %I owner to postgres', current_database());
  execute format('revoke connect, temporary on database %I from public', current_database());
  execute format(
    'grant connect on database %I to authenticator, supabase_auth_admin', current_database()
  );
  execute format('grant create on database %I to supabase_auth_admin', current_database());
  if not exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
  end if;
end;
$$;

alter publication supabase_realtime owner to postgres;

create schema if not exists extensions authorization postgres;
grant usage on schema extensions to anon, authenticated, service_role;
create extension if not exists pgcrypto schema extensions;
create extension if not exists "uuid-ossp" schema extensions;
create extension if not exists pg_stat_statements schema extensions;

grant usage on schema public to postgres, anon, authenticated, service_role;

create schema if not exists auth authorization supabase_auth_admin;
grant usage on schema auth to postgres, anon, authenticated, service_role;
