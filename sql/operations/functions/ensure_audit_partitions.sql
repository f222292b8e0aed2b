create function private.ensure_audit_partitions(p_months_ahead integer) returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_month timestamptz;
  v_name text;
  v_created_count integer := 0;
begin
  for v_month in
    select m from pg_catalog.generate_series(
      pg_catalog.date_trunc('month', pg_catalog.now(), 'UTC'),
      pg_catalog.date_trunc('month', pg_catalog.now(), 'UTC') + pg_catalog.make_interval(months => p_months_ahead),
      interval '1 month'
    ) as m
  loop
    v_name := 'audit_logs_' || pg_catalog.to_char(v_month at time zone 'UTC', 'YYYY_MM');
    continue when pg_catalog.to_regclass('partitions.' || v_name) is not null;

    execute pg_catalog.format('create table partitions.%I (like public.audit_logs including all)', v_name);
    execute pg_catalog.format('alter table partitions.%I enable row level security, force row level security', v_name);
    execute pg_catalog.format(
      'revoke all on partitions.%I from public, anon, authenticated, service_role', v_name
    );
    -- Rows that came before their partition wait in the default one and move over with it.
    execute pg_catalog.format(
      'with moved as (delete from partitions.audit_logs_default where created_at >= %L and created_at < %L returning *)
       insert into partitions.%I select * from moved',
      v_month, v_month + interval '1 month', v_name
    );
    execute pg_catalog.format(
      'alter table public.audit_logs attach partition partitions.%I for values from (%L) to (%L)',
      v_name, v_month, v_month + interval '1 month'
    );
    v_created_count := v_created_count + 1;
  end loop;
  return v_created_count;
end
$$;

comment on function private.ensure_audit_partitions(integer) is
  'Makes the monthly partitions of the audit log from this month on; returns how many were missing.';
