create table control_plane.heartbeats (
  name text primary key,
  last_good_at timestamptz not null
);

comment on table control_plane.heartbeats is
  'When each standing process last did all of its work without a fault, by its own word and the database''s clock.';
