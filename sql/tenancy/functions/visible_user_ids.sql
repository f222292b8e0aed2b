create function private.visible_user_ids() returns uuid[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller_id uuid := private.caller_id();
  v_user_ids uuid[];
begin
  if v_caller_id is null then
    return '{}';
  end if;

  select pg_catalog.array_agg(m.user_id) into v_user_ids
  from public.memberships m
  where m.tenant_id = private.tenant_with('members.read');
  return pg_catalog.array_append(v_user_ids, v_caller_id);
end
$$;

alter function private.visible_user_ids() owner to gantry_definer;

comment on function private.visible_user_ids() is
  'The caller and, with members.read, the members of the tenant the request acts in.';
