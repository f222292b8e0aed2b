create function private.begin_idempotent_request(
  p_tenant_id uuid,
  p_permission text,
  p_route text,
  p_key text,
  p_request_mac bytea,
  p_master_key_id text,
  p_lease_seconds integer
) returns table (outcome text, id uuid, fence bigint, master_key_id text, sealed_answer text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller_id uuid := private.caller_id();
  v_tenant_id uuid := coalesce(p_tenant_id, '00000000-0000-0000-0000-000000000000');
  v_lease interval := pg_catalog.make_interval(secs => p_lease_seconds);
  v_row control_plane.idempotency_keys;
begin
  if v_caller_id is null then
    perform private.raise_problem(403, 'FORBIDDEN');
  end if;
  -- Also before an answer is given again: who has lost the permission must not read what it was good for.
  if p_tenant_id is not null then
    perform private.require_permission(p_tenant_id => p_tenant_id, p_permission => p_permission);
  end if;

  insert into control_plane.idempotency_keys as k (
    principal_type, principal_id, tenant_id, route, key, request_mac, master_key_id, lease_expires_at
  )
  values (
    'user', v_caller_id, v_tenant_id, p_route, p_key, p_request_mac, p_master_key_id, pg_catalog.clock_timestamp() + v_lease
  )
  on conflict on constraint idempotency_keys_are_per_principal_and_route do nothing
  returning k.* into v_row;
  if found then
    return query select 'started', v_row.id, v_row.fence, v_row.master_key_id, null::text;
    return;
  end if;

  select k.* into strict v_row
  from control_plane.idempotency_keys k
  where k.principal_type = 'user' and k.principal_id = v_caller_id
    and k.tenant_id = v_tenant_id and k.route = p_route and k.key = p_key
  for update;

  if v_row.created_at < pg_catalog.now() - interval '72 hours' then
    -- Not yet removed, but as good as: the key is free again, for another effect.
    update control_plane.idempotency_keys k
    set id = pg_catalog.gen_random_uuid(), request_mac = p_request_mac, master_key_id = p_master_key_id,
      fence = k.fence + 1, lease_expires_at = pg_catalog.clock_timestamp() + v_lease,
      sealed_answer = null, is_success = null, answered_at = null, created_at = pg_catalog.now()
    where k.id = v_row.id
    returning k.* into v_row;
    outcome := 'started';
  elsif v_row.master_key_id <> p_master_key_id then
    outcome := 'other_master_key';
  elsif v_row.request_mac <> p_request_mac then
    outcome := 'other_request';
  elsif v_row.answered_at is not null then
    if p_tenant_id is null and v_row.is_success and v_row.id <> all (private.tenants_with(p_permission)) then
      perform private.raise_problem(404, 'NOT_FOUND');
    end if;
    outcome := 'answered';
  elsif v_row.lease_expires_at > pg_catalog.clock_timestamp() then
    outcome := 'in_flight';
  else
    update control_plane.idempotency_keys k
    set fence = k.fence + 1, lease_expires_at = pg_catalog.clock_timestamp() + v_lease
    where k.id = v_row.id
    returning k.* into v_row;
    outcome := 'started';
  end if;
  return query select outcome, v_row.id, v_row.fence, v_row.master_key_id, v_row.sealed_answer;
end
$$;

alter function private.begin_idempotent_request(uuid, text, text, text, bytea, text, integer) owner to gantry_definer;

comment on function private.begin_idempotent_request(uuid, text, text, text, bytea, text, integer) is
  'Takes up the caller''s request under its key, or says that it was answered, is in flight, or was another one. Asks for the permission in the tenant first; without a tenant, an answer is given again only to who holds it in the tenant that the request made.';
