create function private.enqueue_job(
  p_job_type text,
  p_tenant_id uuid,
  p_payload jsonb,
  p_resource_type text default null,
  p_resource_id uuid default null,
  p_run_at timestamptz default null,
  p_dedupe_key text default null,
  p_max_attempts integer default 10,
  p_priority integer default 0,
  p_is_cancellable boolean default true
) returns uuid
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job_id uuid;
begin
  -- Two tries: between a conflict and the look-up the other job may be claimed, and then ours is new after all.
  for v_try in 1..2 loop
    insert into public.background_jobs (
      job_type, tenant_id, payload, resource_type, resource_id, available_at, dedupe_key, max_attempts,
      priority, is_cancellable, requested_by, request_id
    )
    values (
      p_job_type, p_tenant_id, p_payload, p_resource_type, p_resource_id, coalesce(p_run_at, pg_catalog.now()),
      p_dedupe_key, p_max_attempts, p_priority, p_is_cancellable, private.acting_user_id(),
      nullif(pg_catalog.current_setting('gantry.request_id', true), '')
    )
    on conflict (job_type, dedupe_key) where dedupe_key is not null do nothing
    returning id into v_job_id;
    exit when v_job_id is not null;

    select j.id into v_job_id
    from public.background_jobs j
    where j.job_type = p_job_type and j.dedupe_key = p_dedupe_key;
    exit when v_job_id is not null;
  end loop;
  return v_job_id;
end
$$;

alter function private.enqueue_job(text, uuid, jsonb, text, uuid, timestamptz, text, integer, integer, boolean) owner to gantry_definer;

comment on function private.enqueue_job(text, uuid, jsonb, text, uuid, timestamptz, text, integer, integer, boolean) is
  'Queues a job in the caller''s transaction and returns its id, or that of the job with the same dedupe key that has not been started.';
