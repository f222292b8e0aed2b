create table public.permissions (
  name text primary key,
  description text not null,
  works_while_suspended boolean not null default false,
  unique (name, works_while_suspended),
  constraint permission_names_are_resource_dot_action check (name ~ '^[a-z_]+\.[a-z_]+$')
);

comment on table public.permissions is 'Words that policies ask for; a role holds a set of them.';
comment on column public.permissions.works_while_suspended is
  'True for what members need while their tenant is suspended or inactive: seeing it, resuming it, leaving it.';
