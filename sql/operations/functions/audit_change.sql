create function private.audit_change() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_resource_type text := tg_argv[0];
  v_old jsonb := case when tg_op <> 'INSERT' then pg_catalog.to_jsonb(old) else '{}' end;
  v_new jsonb := case when tg_op <> 'DELETE' then pg_catalog.to_jsonb(new) else '{}' end;
  v_row jsonb := v_old || v_new;
  v_old_value jsonb;
  v_new_value jsonb;
begin
  select
    pg_catalog.jsonb_object_agg(k.key, case when c.treatment = 'value' then v_old -> k.key else '"changed"' end)
      filter (where v_old ? k.key),
    pg_catalog.jsonb_object_agg(k.key, case when c.treatment = 'value' then v_new -> k.key else '"changed"' end)
      filter (where v_new ? k.key)
  into v_old_value, v_new_value
  from pg_catalog.jsonb_object_keys(v_row) as k (key)
  left join private.audit_columns c
    on c.table_name = tg_table_schema || '.' || tg_table_name and c.column_name = k.key
  where c.treatment is distinct from 'ignored'
    and (v_old -> k.key) is distinct from (v_new -> k.key)
    and not (tg_op <> 'UPDATE' and v_row -> k.key = 'null'::jsonb);

  if tg_op = 'UPDATE' and v_new_value is null then
    return null; -- nothing that the log tells about
  end if;

  perform private.write_audit(
    p_tenant_id => (v_row ->> 'tenant_id')::uuid,
    p_action_type => case tg_op when 'INSERT' then 'create' when 'UPDATE' then 'update' else 'delete' end,
    p_action => v_resource_type || case tg_op when 'INSERT' then '.created' when 'UPDATE' then '.updated' else '.deleted' end,
    p_resource_type => v_resource_type,
    p_resource_id => v_row ->> tg_argv[1],
    p_old_value => v_old_value,
    p_new_value => v_new_value,
    p_metadata => '{}'
  );
  return null;
end
$$;

alter function private.audit_change() owner to gantry_definer;

comment on function private.audit_change() is
  'Trigger (resource type, key column): one audit row for each changed row. Values appear only for columns that private.audit_columns allows.';
