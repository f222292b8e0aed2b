create function private.record_audit(
  p_tenant_id uuid,
  p_action text,
  p_resource_type text,
  p_resource_id text,
  p_metadata jsonb
) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.write_audit(
    p_tenant_id => p_tenant_id,
    p_action_type => 'access',
    p_action => p_action,
    p_resource_type => p_resource_type,
    p_resource_id => p_resource_id,
    p_old_value => null,
    p_new_value => null,
    p_metadata => p_metadata
  );
end
$$;

alter function private.record_audit(uuid, text, text, text, jsonb) owner to gantry_definer;

comment on function private.record_audit(uuid, text, text, text, jsonb) is
  'Writes down an event that changes no row, such as reading a secret.';
