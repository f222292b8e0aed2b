create function private.end_idempotent_request(
  p_id uuid,
  p_fence bigint,
  p_sealed_answer text default null,
  p_is_success boolean default null
) returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update control_plane.idempotency_keys k
  set lease_expires_at = pg_catalog.clock_timestamp(),
    sealed_answer = p_sealed_answer,
    is_success = p_is_success,
    answered_at = case when p_sealed_answer is not null then pg_catalog.clock_timestamp() end
  where k.id = p_id
    and k.fence = p_fence
    and k.answered_at is null
    and k.principal_type = 'user'
    and k.principal_id = private.caller_id();
  return found;
end
$$;

alter function private.end_idempotent_request(uuid, bigint, text, boolean) owner to gantry_definer;

comment on function private.end_idempotent_request(uuid, bigint, text, boolean) is
  'Stores the answer of the caller''s request, or, without one, lets the next repetition take it up at once. False when somebody else has taken it up since.';
