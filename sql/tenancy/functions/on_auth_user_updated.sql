create function private.on_auth_user_updated() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
begin
  update public.users u set email = new.email where u.id = new.id and u.deleted_at is null;
  return new;
exception
  -- Signing in with the new address must not depend on the mirror; the maintenance job brings it up to date.
  when others then
    raise warning 'e-mail of % is not mirrored yet: % %', new.id, sqlstate, sqlerrm;
    return new;
end
$$;

create trigger gantry_user_updated after update of email on auth.users
  for each row when (old.email is distinct from new.email)
  execute function private.on_auth_user_updated();

comment on function private.on_auth_user_updated() is 'Keeps the mirrored e-mail equal to Supabase Auth''s.';
