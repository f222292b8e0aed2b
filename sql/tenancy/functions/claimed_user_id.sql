create function private.claimed_user_id() returns uuid
language plpgsql
stable
set search_path = ''
as $$
declare
  v_claims jsonb := nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb;
  v_sub text := v_claims ->> 'sub';
begin
  if v_claims ->> 'role' is distinct from 'authenticated'
    or (v_claims -> 'is_anonymous') is not distinct from 'true'::jsonb
    or v_sub is null
    or v_sub !~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
  then
    return null;
  end if;
  return v_sub::uuid;
end
$$;

comment on function private.claimed_user_id() is
  'The person a request''s verified token names; null without one and for anonymous sign-ins.';
