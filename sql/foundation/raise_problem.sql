create function private.raise_problem(p_status integer, p_code text, p_detail text default null) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  -- PostgREST answers SQLSTATE PTxyz with HTTP status xyz; edge functions read the code from the message.
  raise exception using
    errcode = 'PT' || p_status,
    message = p_code,
    detail = coalesce(p_detail, '');
end
$$;

comment on function private.raise_problem(integer, text, text) is
  'Ends the statement with an HTTP status and a code of the error registry.';
