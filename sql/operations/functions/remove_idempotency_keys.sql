create function private.remove_idempotency_keys(p_limit integer) returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_removed_count integer;
begin
  delete from control_plane.idempotency_keys k
  where k.id in (
    select old.id from control_plane.idempotency_keys old
    where old.created_at < pg_catalog.now() - interval '72 hours'
      and old.lease_expires_at < pg_catalog.clock_timestamp()
    order by old.created_at
    limit p_limit
    for update skip locked
  );
  get diagnostics v_removed_count = row_count;
  return v_removed_count;
end
$$;

alter function private.remove_idempotency_keys(integer) owner to gantry_definer;

comment on function private.remove_idempotency_keys(integer) is
  'Removes up to p_limit requests whose 72 hours have passed; returns how many are gone.';
