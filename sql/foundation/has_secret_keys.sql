create function private.has_secret_keys(p_value jsonb) returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from pg_catalog.jsonb_path_query(p_value, 'lax $.** ? (@.type() == "object").keyvalue()') as pair
    where pair ->> 'key' ~* '(secret|password|passwd|passphrase|token|api[_-]?key|private[_-]?key|access[_-]?key)s?$'
  )
$$;

comment on function private.has_secret_keys(jsonb) is
  'True when an object at any depth has a key that looks like a secret''s name. Such values belong in the vault.';
