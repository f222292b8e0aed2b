revoke all on function private.set_updated_at() from public;
revoke all on function private.has_secret_keys(jsonb) from public;
revoke all on function private.raise_problem(integer, text, text) from public;

-- Checks run with the rights of whoever writes the row.
grant execute on function private.has_secret_keys(jsonb) to authenticated, gantry_worker, gantry_definer;
grant execute on function private.raise_problem(integer, text, text)
  to anon, authenticated, service_role, gantry_worker, gantry_definer;
