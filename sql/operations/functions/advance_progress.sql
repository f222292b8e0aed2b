create function private.advance_progress(p_progress jsonb, p_current integer, p_total integer, p_message text)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  -- A retried step reports what was reported before: the percentage stays where it was.
  select pg_catalog.jsonb_build_object(
    'current', greatest(p_current, (p_progress ->> 'current')::integer),
    'total', greatest(p_total, (p_progress ->> 'total')::integer),
    'percentage', greatest(
      least(100, case when p_total > 0 then p_current * 100 / p_total else 0 end),
      (p_progress ->> 'percentage')::integer
    ),
    'message', pg_catalog.left(p_message, 500)
  )
$$;

comment on function private.advance_progress(jsonb, integer, integer, text) is
  'The next progress value {current, total, percentage, message}; numbers never go back.';
