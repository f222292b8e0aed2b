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
