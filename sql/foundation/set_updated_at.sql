create function private.set_updated_at() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := pg_catalog.now();
  return new;
end
$$;

comment on function private.set_updated_at() is 'Stamps the row of each update, whoever makes it.';
