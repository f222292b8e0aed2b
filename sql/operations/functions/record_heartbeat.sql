create function private.record_heartbeat(p_name text) returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into control_plane.heartbeats as h (name, last_good_at) values (p_name, pg_catalog.clock_timestamp())
  on conflict (name) do update set last_good_at = excluded.last_good_at where h.last_good_at < excluded.last_good_at
$$;

alter function private.record_heartbeat(text) owner to gantry_definer;

comment on function private.record_heartbeat(text) is 'Notes a run that went well from beginning to end.';
