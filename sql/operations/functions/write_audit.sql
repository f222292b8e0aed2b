create function private.write_audit(
  p_tenant_id uuid,
  p_action_type text,
  p_action text,
  p_resource_type text,
  p_resource_id text,
  p_old_value jsonb,
  p_new_value jsonb,
  p_metadata jsonb
) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_address text := nullif(pg_catalog.current_setting('gantry.client_address', true), '');
  v_ip_address inet;
begin
  -- A statement of its own: inside the insert the cast could be evaluated before the check.
  if pg_catalog.pg_input_is_valid(v_address, 'inet') then
    v_ip_address := v_address;
  end if;

  insert into public.audit_logs (
    tenant_id, action_type, action, actor_id, resource_type, resource_id, old_value, new_value, metadata,
    ip_address, user_agent, request_id
  )
  values (
    p_tenant_id, p_action_type, p_action,
    coalesce(private.claimed_user_id(), nullif(pg_catalog.current_setting('gantry.actor_id', true), '')::uuid),
    p_resource_type, p_resource_id, p_old_value, p_new_value, p_metadata,
    v_ip_address,
    pg_catalog.left(nullif(pg_catalog.current_setting('gantry.user_agent', true), ''), 400),
    nullif(pg_catalog.current_setting('gantry.request_id', true), '')
  );
end
$$;

alter function private.write_audit(uuid, text, text, text, text, jsonb, jsonb, jsonb) owner to gantry_definer;

comment on function private.write_audit(uuid, text, text, text, text, jsonb, jsonb, jsonb) is
  'Writes one audit row with the actor, address and request of the current transaction. If it fails, so does the action.';
