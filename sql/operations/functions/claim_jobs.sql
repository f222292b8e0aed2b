create function private.claim_jobs(
  p_worker text,
  p_limit integer,
  p_lease_seconds integer,
  p_types text[],
  p_after uuid default null,
  p_tenant_cap integer default null
) returns table (
  id uuid,
  tenant_id uuid,
  job_type text,
  payload jsonb,
  checkpoint jsonb,
  fence bigint,
  attempts integer,
  max_attempts integer,
  resource_type text,
  resource_id uuid,
  requested_by uuid,
  request_id text,
  turn uuid
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- The plans are fixed: index order, whatever the statistics say of a table that is empty one moment and full the next.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
as $$
#variable_conflict use_column
declare
  v_lanes uuid[];
  v_lane uuid;
  v_turn uuid;
  v_left integer := p_limit;
  v_share integer;
  v_taken integer;
begin
  if p_tenant_cap is not null then
    -- One capped claim at a time: two that counted at once would both think that there is room.
    perform pg_catalog.pg_advisory_xact_lock(7110003);
  end if;
  v_lanes := private.due_lanes(p_after => p_after, p_limit => p_limit, p_types => p_types);
  if pg_catalog.cardinality(v_lanes) = 0 then
    return;
  end if;
  v_turn := v_lanes[pg_catalog.cardinality(v_lanes)];

  -- First an equal share for each tenant, then whoever has more takes what is left.
  for v_round in 1..2 loop
    v_share := case
      when v_round = 1 then (p_limit + pg_catalog.cardinality(v_lanes) - 1) / pg_catalog.cardinality(v_lanes)
      else p_limit
    end;
    foreach v_lane in array v_lanes loop
      exit when v_left <= 0;
      return query select t.*, v_turn from private.take_jobs(
        p_lane => v_lane, p_limit => least(v_share, v_left), p_worker => p_worker,
        p_lease_seconds => p_lease_seconds, p_types => p_types, p_tenant_cap => p_tenant_cap
      ) t;
      get diagnostics v_taken = row_count;
      v_left := v_left - v_taken;
    end loop;
    exit when v_left <= 0 or pg_catalog.cardinality(v_lanes) = 1;
  end loop;
end
$$;

comment on function private.claim_jobs(text, integer, integer, text[], uuid, integer) is
  'Takes up to p_limit due jobs for p_lease_seconds, tenant by tenant from p_after on (the last answer''s turn), so that nobody''s many jobs delay another''s few. With p_tenant_cap no tenant has more jobs running at once. Jobs locked by another worker are passed over, never waited for.';
