create table public.role_permissions (
  role text not null references public.roles (name) on delete cascade,
  permission text not null references public.permissions (name) on delete cascade,
  primary key (role, permission)
);

create index role_permissions_permission_idx on public.role_permissions (permission);

comment on table public.role_permissions is 'Which permissions each role holds.';
