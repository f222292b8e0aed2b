create function private.client_address(p_forwarded_for text) returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  -- The last entry is the one our own gateway added; the ones before it are the caller's word.
  select coalesce(
    pg_catalog.btrim((pg_catalog.string_to_array(p_forwarded_for, ','))[
      pg_catalog.array_upper(pg_catalog.string_to_array(p_forwarded_for, ','), 1)
    ]),
    ''
  )
$$;

comment on function private.client_address(text) is 'The client address out of an x-forwarded-for header; empty without one.';
