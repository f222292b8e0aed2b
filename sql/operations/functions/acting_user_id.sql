create function private.acting_user_id() returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id uuid := private.claimed_user_id();
begin
  if v_user_id is null then
    v_user_id := nullif(pg_catalog.current_setting('gantry.actor_id', true), '')::uuid;
  end if;
  -- Only somebody we know: the id goes into columns that reference public.users.
  return (select u.id from public.users u where u.id = v_user_id);
end
$$;

alter function private.acting_user_id() owner to gantry_definer;

comment on function private.acting_user_id() is
  'Whom to write down for a change: the person of the token, or the one a worker acts for.';
