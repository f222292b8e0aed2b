create function private.has_secret_keys(p_value jsonb) returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  -- In the text of a jsonb value `": ` follows only a key: quotes inside of strings are written as \", and strings that
  -- are values are followed by a comma or a bracket. One pass over the text, however deep the value is nested.
  select p_value::text ~* '(secret|password|passwd|passphrase|token|api[_-]?key|private[_-]?key|access[_-]?key)s?": '
$$;

comment on function private.has_secret_keys(jsonb) is
  'True when an object at any depth has a key that looks like a secret''s name. Such values belong in the vault.';
