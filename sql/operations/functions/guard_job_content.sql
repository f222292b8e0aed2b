create function private.guard_job_content() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if pg_catalog.octet_length(new.payload::text) > 65536 or pg_catalog.octet_length(new.metadata::text) > 65536
    or pg_catalog.octet_length(new.checkpoint::text) > 16384
  then
    raise exception using errcode = 'check_violation', message = 'a job''s content is too large',
      constraint = 'content_is_small', table = tg_table_name, schema = tg_table_schema;
  end if;
  if private.has_secret_keys(new.payload) or private.has_secret_keys(new.metadata)
    or private.has_secret_keys(new.checkpoint)
  then
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
