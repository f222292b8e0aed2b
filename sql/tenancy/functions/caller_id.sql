create function private.caller_id() returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id uuid;
begin
  select u.id into v_user_id
  from public.users u
  where u.id = private.claimed_user_id() and u.is_active;
  return v_user_id;
end
$$;

alter function private.caller_id() owner to gantry_definer;

comment on function private.caller_id() is 'The person who calls, if their account is active; else null.';
