create table control_plane.system_config (
  key text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now(),
  constraint key_is_short check (char_length(key) between 1 and 255),
  constraint value_holds_no_secret check (not private.has_secret_keys(jsonb_build_object(key, value)))
);

create trigger set_updated_at before update on control_plane.system_config
  for each row execute function private.set_updated_at();
create trigger audit_change after insert or update or delete on control_plane.system_config
  for each row execute function private.audit_change('system_config', 'key');

comment on table control_plane.system_config is 'Settings of the installation itself; operators only.';
