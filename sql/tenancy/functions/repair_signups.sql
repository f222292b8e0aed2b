create function private.repair_signups() returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user record;
  v_repaired_count integer := 0;
begin
  for v_user in
    select a.id, a.email, a.raw_user_meta_data ->> 'full_name' as full_name
    from auth.users a
    left join public.users u on u.id = a.id
    where u.id is null or (u.deleted_at is null and u.email is distinct from a.email)
  loop
    begin
      perform private.register_user(v_user.id, v_user.email, v_user.full_name);
      update public.users u set email = v_user.email where u.id = v_user.id and u.email is distinct from v_user.email;
      v_repaired_count := v_repaired_count + 1;
    exception
      -- One that still fails must not keep the others waiting; it is found again next time.
      when others then
        raise warning 'sign-up of % cannot be repaired: % %', v_user.id, sqlstate, sqlerrm;
    end;
  end loop;
  return v_repaired_count;
end
$$;

comment on function private.repair_signups() is
  'Makes the rows and personal tenants that could not be made at sign-up, and mirrors e-mails that could not be; returns how many.';
