create function private.guard_job_content() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_content text := new.payload::text || coalesce(new.checkpoint::text, '')
    || case when new.metadata = '{}' then '' else new.metadata::text end;
begin
  if pg_catalog.octet_length(v_content) > 16384 and (
    pg_catalog.octet_length(new.payload::text) > 65536 or pg_catalog.octet_length(new.metadata::text) > 65536
    or pg_catalog.octet_length(new.checkpoint::text) > 16384
  ) then
    raise exception using errcode = 'check_violation', message = 'a job''s content is too large',
      constraint = 'content_is_small', table = tg_table_name, schema = tg_table_schema;
  end if;
  -- Cheap, and true of few: only those are looked at closely.
  if v_content ~* 'secret|pass|token|key' and private.has_secret_keys(
    pg_catalog.jsonb_build_array(new.payload, new.metadata, new.checkpoint)
  ) then
    raise exception using errcode = 'check_violation', message = 'a job''s content holds a secret''s name',
      constraint = 'content_holds_no_secret', table = tg_table_name, schema = tg_table_schema;
  end if;
  return new;
end
$$;

-- A check constraint would be evaluated by each claim, renewal and completion too, which leave these columns alone.
create trigger guard_job_content before insert or update of payload, metadata, checkpoint on public.background_jobs
  for each row execute function private.guard_job_content();

comment on function private.guard_job_content() is
  'Payload, metadata and checkpoint of a job are small (64, 64 and 16 KiB) and hold no key that looks like a secret''s name.';
