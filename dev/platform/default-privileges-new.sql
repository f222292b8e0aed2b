-- Projects without automatic exposure: new objects in public belong to their owner alone. The built-in EXECUTE for
-- everybody on new functions stays, as it does on hosted.

alter default privileges for role postgres in schema public
  revoke all on tables from anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  revoke all on sequences from anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  revoke all on functions from anon, authenticated, service_role;
