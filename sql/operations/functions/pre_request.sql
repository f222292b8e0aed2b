create function private.pre_request() returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_headers jsonb := nullif(pg_catalog.current_setting('request.headers', true), '')::jsonb;
begin
  -- Nothing of an earlier request or of the caller's own making survives in our settings.
  perform pg_catalog.set_config('gantry.key_id', '', true),
    pg_catalog.set_config('gantry.key_tenant', '', true),
    pg_catalog.set_config('gantry.actor_id', '', true),
    pg_catalog.set_config('gantry.request_id', '', true),
    pg_catalog.set_config('gantry.client_address', private.client_address(v_headers ->> 'x-forwarded-for'), true),
    pg_catalog.set_config('gantry.user_agent', coalesce(v_headers ->> 'user-agent', ''), true);

  -- These counts are the planner's guesses about the whole table, other tenants' rows included.
  if v_headers ->> 'prefer' ~* 'count\s*=\s*(planned|estimated)' then
    perform private.raise_problem(400, 'COUNT_NOT_EXACT');
  end if;

  -- A credential of a kind that is not accepted is refused; it never means "without it".
  if v_headers ? 'x-api-key' or v_headers ? 'x-impersonation-session' then
    perform private.raise_problem(401, 'CREDENTIAL_INVALID');
  end if;
end
$$;

comment on function private.pre_request() is
  'Runs before each request of the Data API: clears settings, notes the client for the audit log, refuses counts that tell sizes and unknown credentials.';
