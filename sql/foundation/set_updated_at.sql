create function private.set_updated_at() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.updated_at := pg_catalog.now();
  return new;
end
$$;

comment on function private.set_updated_at() is 'Stamps the row of each update, whoever makes it.';
