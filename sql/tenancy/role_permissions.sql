create table public.role_permissions (
  role text not null references public.roles (name) on delete cascade,
  permission text not null,
  works_while_suspended boolean not null,
  primary key (role, permission),
  foreign key (permission, works_while_suspended)
    references public.permissions (name, works_while_suspended) on update cascade on delete cascade
);

create index role_permissions_permission_idx on public.role_permissions (permission, works_while_suspended);

comment on table public.role_permissions is 'Which permissions each role holds.';
comment on column public.role_permissions.works_while_suspended is
  'Copy of the permission''s own flag, kept equal by the foreign key: policies look here and save a join.';
