create function private.remove_ended_jobs(p_limit integer) returns integer
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  with old as (
    select j.id from public.background_jobs j
    where j.completed_at < pg_catalog.now() - interval '14 days'
      and (j.status <> 'failed' or j.completed_at < pg_catalog.now() - interval '90 days')
    order by j.completed_at limit p_limit
    for update skip locked
  ),
  removed as (
    delete from public.background_jobs j using old where j.id = old.id returning 1
  )
  select pg_catalog.count(*)::integer from removed
$$;

alter function private.remove_ended_jobs(integer) owner to gantry_definer;

comment on function private.remove_ended_jobs(integer) is
  'Removes up to p_limit jobs that ended 14 days ago, failed ones after 90; returns how many.';
