-- Three copies of one table: without row security, with Gantry's policy, with the widely documented policy.
create function private.bench_tenant_ids() returns setof uuid
language sql stable security definer set search_path = ''
as $$ select m.tenant_id from public.memberships m where m.user_id = auth.uid() $$;
grant execute on function private.bench_tenant_ids() to authenticated;

insert into control_plane.tenants (tenant_id, name, slug, display_name)
select ('10000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'bench-' || n, 'bench-' || n, 'Bench'
from generate_series(1, 1000) n;
insert into auth.users (id, email)
select ('20000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, null from unnest(array[1, 50, 1000]) n;
insert into public.memberships (tenant_id, user_id, role)
select ('10000000-0000-4000-8000-' || lpad(to_hex(t), 12, '0'))::uuid,
  ('20000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'owner'
from unnest(array[1, 50, 1000]) n, generate_series(1, n) t;

create table public.bench_plain (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references control_plane.tenants (tenant_id),
  title text not null,
  created_at timestamptz not null default now()
);
insert into public.bench_plain (tenant_id, title, created_at)
select ('10000000-0000-4000-8000-' || lpad(to_hex(1 + n % 200), 12, '0'))::uuid, 'item ' || n,
  now() - n * interval '1 second'
from generate_series(1, 1000000) n;
create index on public.bench_plain (tenant_id, created_at desc);
create table public.bench_gantry (like public.bench_plain including all);
create table public.bench_documented (like public.bench_plain including all);
insert into public.bench_gantry select * from public.bench_plain;
insert into public.bench_documented select * from public.bench_plain;
alter table public.bench_gantry add foreign key (tenant_id) references control_plane.tenants (tenant_id);
alter table public.bench_documented add foreign key (tenant_id) references control_plane.tenants (tenant_id);

alter table public.bench_gantry enable row level security, force row level security;
create policy bench_gantry_all on public.bench_gantry for all to authenticated
  using (tenant_id = (select private.tenant_with('databases.read')))
  with check (tenant_id = (select private.tenant_with('databases.read')));
alter table public.bench_documented enable row level security, force row level security;
create policy bench_documented_all on public.bench_documented for all to authenticated
  using (tenant_id = any (array(select private.bench_tenant_ids())))
  with check (tenant_id = any (array(select private.bench_tenant_ids())));
grant select, insert on public.bench_plain, public.bench_gantry, public.bench_documented to authenticated;
