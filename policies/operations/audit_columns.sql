alter table private.audit_columns enable row level security;
alter table private.audit_columns force row level security;
revoke all on private.audit_columns from public, anon, authenticated, service_role;

create policy audit_columns_select_definer on private.audit_columns for select to gantry_definer using (true);
comment on policy audit_columns_select_definer on private.audit_columns is 'The audit trigger looks up what may be written.';

grant select on private.audit_columns to gantry_definer;
