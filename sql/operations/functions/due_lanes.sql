create function private.due_lanes(p_after uuid, p_limit integer, p_types text[]) returns uuid[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
  v_from uuid := coalesce(p_after, pg_catalog.gen_random_uuid());
  v_start uuid := v_from;
  v_now timestamptz := pg_catalog.clock_timestamp();
  v_lanes uuid[] := '{}';
  v_more uuid[];
begin
  -- Once from the turn to the end, once from the beginning to the turn.
  for v_round in 1..2 loop
    -- A loose index scan: one probe finds the next tenant, however many jobs lie between.
    with recursive walk as (
      (
        select j.lane from public.background_jobs j
        where j.completed_at is null and j.lane >= v_start order by j.lane limit 1
      )
      union all
      select n.lane from walk w cross join lateral (
        select j.lane from public.background_jobs j
        where j.completed_at is null and j.lane > w.lane order by j.lane limit 1
      ) n
      where v_round = 1 or w.lane < v_from
    )
    select pg_catalog.array_agg(d.lane) into v_more
    from (
      select w.lane from walk w
      where (w.lane > v_from) = (v_round = 1) and exists (
        select from pg_catalog.unnest('{1,0,-1}'::smallint[]) as p (priority)
        cross join lateral (
          select from public.background_jobs j
          where j.completed_at is null and j.lane = w.lane and j.priority = p.priority
            and j.available_at <= v_now and (j.lease_expires_at is null or j.lease_expires_at <= v_now)
            and j.job_type = any (p_types)
          limit 1
        ) j
      )
      limit p_limit - pg_catalog.cardinality(v_lanes)
    ) d;
    v_lanes := v_lanes || v_more;
    exit when pg_catalog.cardinality(v_lanes) >= p_limit;
    v_start := '00000000-0000-0000-0000-000000000000';
  end loop;
  return v_lanes;
end
$$;

comment on function private.due_lanes(uuid, integer, text[]) is
  'Up to p_limit lanes (tenants, or the platform) that have a due job, going round from p_after; from anywhere without it.';
