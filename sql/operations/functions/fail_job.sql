create function private.fail_job(
  p_id uuid,
  p_fence bigint,
  p_error_code text,
  p_error_message text,
  p_retryable boolean
) returns text
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with held as (
    select j.id,
      case
        when j.cancel_requested_at is not null then 'cancelled'
        when p_retryable and j.attempts < j.max_attempts then 'pending'
        else 'failed'
      end as next_status
    from public.background_jobs j
    where j.id = p_id and j.fence = p_fence and j.status = 'running'
    for update
  )
  update public.background_jobs j
  set status = held.next_status,
    worker = null,
    lease_expires_at = null,
    error_code = p_error_code,
    error_message = pg_catalog.left(p_error_message, 2000),
    -- 2 s, 4 s, 8 s ... at most 10 min, spread by half so that jobs which failed together do not come back together.
    available_at = pg_catalog.clock_timestamp()
      + least(interval '10 minutes', interval '1 second' * (2 ^ least(j.attempts, 10)))
      * (0.75 + pg_catalog.random() / 2),
    completed_at = case when held.next_status <> 'pending' then pg_catalog.clock_timestamp() end
  from held
  where j.id = held.id
  returning j.status
$$;

comment on function private.fail_job(uuid, bigint, text, text, boolean) is
  'Ends an attempt badly. Returns pending (will be retried with backoff), failed, or cancelled if somebody asked for that; null when the lease is lost.';
