-- Who Gantry's own code is. Created without a password: the local stack and the deploy step set one for gantry_edge.
do $$
begin
  -- Edge functions log in as this role. It owns nothing and may only become one of two others, one transaction at a time.
  if not exists (select from pg_catalog.pg_roles where rolname = 'gantry_edge') then
    create role gantry_edge login noinherit;
  end if;
  -- Scheduled work. Row security applies to it; policies name what it may touch.
  if not exists (select from pg_catalog.pg_roles where rolname = 'gantry_worker') then
    create role gantry_worker nologin noinherit;
  end if;
  -- Owner of the security definer functions: a bug in one of them reaches what its policies allow, not everything.
  if not exists (select from pg_catalog.pg_roles where rolname = 'gantry_definer') then
    create role gantry_definer nologin noinherit;
  end if;
end
$$;

grant authenticated to gantry_edge with set true, inherit false;
grant gantry_worker to gantry_edge with set true, inherit false;
grant gantry_definer to postgres with set true, inherit true;

-- Nobody who calls needs temporary objects, and an attack on a definer function would begin with one.
do $$
begin
  execute pg_catalog.format('revoke temporary on database %I from public', pg_catalog.current_database());
end
$$;
