create function private.follow_standing() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.enqueue_job(
    p_job_type => 'provisioning.follow-tenant',
    p_tenant_id => new.tenant_id,
    p_payload => '{}',
    p_dedupe_key => new.tenant_id::text,
    p_is_cancellable => false
  );
  return null;
end
$$;

alter function private.follow_standing() owner to gantry_definer;

comment on function private.follow_standing() is
  'Whoever changes a tenant''s standing, members, the platform or the last one leaving: its databases follow.';
