create function private.guard_membership() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller_id uuid := private.caller_id();
  v_personal_user_id uuid;
  v_caller_rank integer;
begin
  if tg_op = 'UPDATE' and new.role = old.role then
    return new;
  end if;

  -- Serialises all changes of one tenant's members, so that two last owners cannot leave at the same time. A write, not
  -- only a lock: under repeatable read the second one then fails instead of deciding by what it saw before.
  update control_plane.tenants t
  set updated_at = pg_catalog.now()
  where t.tenant_id = old.tenant_id
  returning t.personal_user_id into v_personal_user_id;
  if not found then
    return old; -- the tenant itself is being deleted
  end if;

  select r.rank into v_caller_rank
  from public.memberships m join public.roles r on r.name = m.role
  where m.tenant_id = old.tenant_id and m.user_id = v_caller_id;
  if v_caller_id is not null and exists (
    select from public.roles r
    where r.name in (old.role, case when tg_op = 'UPDATE' then new.role end) and r.rank > coalesce(v_caller_rank, -1)
  ) then
    perform private.raise_problem(403, 'ROLE_ABOVE_OWN');
  end if;

  if v_personal_user_id = old.user_id
    and exists (select from public.users u where u.id = old.user_id and u.deleted_at is null)
  then
    perform private.raise_problem(409, 'PERSONAL_TENANT');
  end if;

  if old.role = 'owner'
    and exists (select from public.memberships m where m.tenant_id = old.tenant_id and m.id <> old.id)
    and not exists (
      select from public.memberships m where m.tenant_id = old.tenant_id and m.id <> old.id and m.role = 'owner'
    )
  then
    perform private.raise_problem(409, 'LAST_OWNER');
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$$;

alter function private.guard_membership() owner to gantry_definer;

comment on function private.guard_membership() is
  'Nobody manages or grants a role above their own; the last owner of a tenant with other members stays; nobody leaves their personal tenant while their account exists.';
