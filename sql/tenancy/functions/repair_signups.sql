create function private.repair_signups() returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user record;
  v_repaired_count integer := 0;
begin
  for v_user in
    select a.id, a.email, a.raw_user_meta_data ->> 'full_name' as full_name
    from control_plane.signup_repairs r
    join auth.users a on a.id = r.user_id
    for update of r skip locked
  loop
    begin
      perform private.register_user(v_user.id, v_user.email, v_user.full_name);
      delete from control_plane.signup_repairs r where r.user_id = v_user.id;
      v_repaired_count := v_repaired_count + 1;
    exception
      -- One that still fails must not keep the others waiting; its row says why.
      when others then
        update control_plane.signup_repairs r set error_sqlstate = sqlstate, error_message = sqlerrm where r.user_id = v_user.id;
    end;
  end loop;
  return v_repaired_count;
end
$$;

comment on function private.repair_signups() is 'Makes the personal tenants that could not be made at sign-up; returns how many.';
