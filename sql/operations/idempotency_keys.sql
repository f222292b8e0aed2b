create table control_plane.idempotency_keys (
  id uuid primary key default gen_random_uuid(),
  principal_type text not null,
  principal_id uuid not null,
  tenant_id uuid not null,
  route text not null,
  key text not null,
  request_mac bytea not null,
  master_key_id text not null,
  fence bigint not null default 1,
  lease_expires_at timestamptz not null,
  sealed_answer text,
  is_success boolean,
  created_at timestamptz not null default now(),
  answered_at timestamptz,
  constraint idempotency_keys_are_per_principal_and_route unique (principal_type, principal_id, tenant_id, route, key),
  constraint principal_type_is_known check (principal_type in ('user')),
  constraint key_is_printable_and_short check (key ~ '^[ -~]{1,255}$'),
  constraint route_is_short check (char_length(route) between 1 and 300),
  constraint request_mac_is_a_sha256 check (octet_length(request_mac) = 32),
  constraint answer_is_all_there_or_not_at_all check (
    num_nonnulls(sealed_answer, is_success, answered_at) in (0, 3)
  ),
  constraint answer_is_small check (octet_length(sealed_answer) <= 262144)
);

create index idempotency_keys_created_at_idx on control_plane.idempotency_keys (created_at);

comment on table control_plane.idempotency_keys is
  'Requests that may be repeated: who sent which key to which route, and what was answered. Kept for 72 hours.';
comment on column control_plane.idempotency_keys.id is
  'The id of the effect: what the request makes bears it, so that a repetition finds it.';
comment on column control_plane.idempotency_keys.tenant_id is
  'The tenant the request acted in, the nil uuid for none. No foreign key: a tenant''s end must not wait for these rows.';
comment on column control_plane.idempotency_keys.request_mac is
  'HMAC of the request under a key derived from the master key; tells another request from a repetition.';
comment on column control_plane.idempotency_keys.fence is
  'Grows each time the request is taken up again; an answer with an older value changes nothing.';
comment on column control_plane.idempotency_keys.sealed_answer is
  'The answer, encrypted for this row and without the secrets it showed; null while there is none.';
