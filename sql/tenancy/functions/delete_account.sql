create function private.delete_account() returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller_id uuid := private.caller_id();
  v_names jsonb;
begin
  if v_caller_id is null then
    perform private.raise_problem(403, 'FORBIDDEN');
  end if;

  select pg_catalog.jsonb_agg(t.name order by t.name) into v_names
  from public.memberships mine
  join control_plane.tenants t on t.tenant_id = mine.tenant_id
  where mine.user_id = v_caller_id
    and mine.role = 'owner'
    and exists (select from public.memberships m where m.tenant_id = t.tenant_id and m.user_id <> v_caller_id)
    and not exists (
      select from public.memberships m
      where m.tenant_id = t.tenant_id and m.user_id <> v_caller_id and m.role = 'owner'
    );
  if v_names is not null then
    perform private.raise_problem(409, 'LAST_OWNER', v_names::text);
  end if;

  delete from auth.users a where a.id = v_caller_id;
end
$$;

comment on function private.delete_account() is
  'Removes the caller''s account. 409 LAST_OWNER with the names of the tenants that would be left without an owner.';
