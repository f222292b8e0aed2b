create table partitions.audit_logs_default partition of public.audit_logs default;

comment on table partitions.audit_logs_default is 'Catches rows whose month has no partition yet, so that none is lost.';
