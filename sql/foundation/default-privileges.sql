-- Nothing new is reachable until its own file grants it. The second statement has no schema on purpose:
-- a revoke per schema cannot take back the built-in execute right of PUBLIC.
alter default privileges for role postgres in schema public
  revoke all on tables from anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  revoke all on sequences from anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  revoke all on functions from anon, authenticated, service_role;
alter default privileges for role postgres revoke execute on functions from public;
