alter table partitions.audit_logs_default enable row level security;
alter table partitions.audit_logs_default force row level security;
revoke all on partitions.audit_logs_default from public, anon, authenticated, service_role;

-- No policy and no grant: rows are read and written through the parent.
