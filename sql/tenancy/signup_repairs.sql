create table control_plane.signup_repairs (
  user_id uuid primary key,
  error_sqlstate text not null,
  error_message text not null,
  created_at timestamptz not null default now()
);

comment on table control_plane.signup_repairs is
  'Sign-ups whose personal tenant could not be made at once; the maintenance job makes it and removes the row.';
