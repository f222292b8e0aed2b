create function private.on_auth_user_created() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
begin
  perform private.register_user(new.id, new.email, new.raw_user_meta_data ->> 'full_name');
  return new;
exception
  -- A sign-up never fails or waits because of us: the maintenance job finds people without a row and makes it then.
  when others then
    raise warning 'sign-up of % has no tenant yet: % %', new.id, sqlstate, sqlerrm;
    return new;
end
$$;

create trigger gantry_user_created after insert on auth.users
  for each row execute function private.on_auth_user_created();

comment on function private.on_auth_user_created() is 'Gives each new auth user a row, a personal tenant and a membership.';
