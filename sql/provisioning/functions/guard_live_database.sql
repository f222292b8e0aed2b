create function private.guard_live_database() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if old.deleted_at is null then
    perform private.raise_problem(409, 'DATABASE_LIVE');
  end if;
  return old;
end
$$;

comment on function private.guard_live_database() is
  'The row of a live database cannot go, not by a cascade from its tenant either; the delete operation comes first.';
