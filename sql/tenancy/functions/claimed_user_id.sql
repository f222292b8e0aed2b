create function private.claimed_user_id() returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_claims jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
begin
  if v_claims @> '{"role": "authenticated", "aud": "authenticated"}'
    and v_claims -> 'is_anonymous' is distinct from 'true'::jsonb
    and pg_input_is_valid(v_claims ->> 'sub', 'uuid')
  then
    return v_claims ->> 'sub';
  end if;
  return null;
end
$$;

comment on function private.claimed_user_id() is
  'The person a request''s verified token names; null without one, for anonymous sign-ins, and for tokens made for another audience.';
