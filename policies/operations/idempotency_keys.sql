alter table control_plane.idempotency_keys enable row level security;
alter table control_plane.idempotency_keys force row level security;
revoke all on control_plane.idempotency_keys from public, anon, authenticated, service_role;

create policy idempotency_keys_all_definer on control_plane.idempotency_keys
  for all to gantry_definer using (true) with check (true);
comment on policy idempotency_keys_all_definer on control_plane.idempotency_keys is
  'The functions that take up, answer and remove requests; each looks at the caller''s own rows only.';

grant select, insert, delete on control_plane.idempotency_keys to gantry_definer;
grant update (
  id, request_mac, master_key_id, fence, lease_expires_at, sealed_answer, is_success, created_at, answered_at
) on control_plane.idempotency_keys to gantry_definer;
