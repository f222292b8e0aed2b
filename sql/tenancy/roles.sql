create table public.roles (
  name text primary key,
  rank integer not null unique,
  description text not null,
  constraint role_names_are_words check (name ~ '^[a-z][a-z_]{0,62}$')
);

comment on table public.roles is 'The roles a member can have. A higher rank may manage a lower or equal one, never a higher.';
