create function private.on_auth_user_created() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_message text;
begin
  perform private.register_user(new.id, new.email, new.raw_user_meta_data ->> 'full_name');
  return new;
exception
  -- A sign-up never fails because of us: the fault is recorded and the maintenance job tries again.
  when others then
    get stacked diagnostics v_message = message_text;
    insert into control_plane.signup_repairs (user_id, error_sqlstate, error_message)
    values (new.id, sqlstate, v_message)
    on conflict (user_id) do nothing;
    return new;
end
$$;

create trigger gantry_user_created after insert on auth.users
  for each row execute function private.on_auth_user_created();

comment on function private.on_auth_user_created() is 'Gives each new auth user a row, a personal tenant and a membership.';
