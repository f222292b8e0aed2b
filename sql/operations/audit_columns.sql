create table private.audit_columns (
  table_name text not null,
  column_name text not null,
  treatment text not null,
  primary key (table_name, column_name),
  constraint treatment_is_known check (treatment in ('value', 'changed', 'ignored'))
);

comment on table private.audit_columns is
  'How each column of an audited table is written to the log: its value, only that it changed, or not at all. A column that is missing here counts as changed.';
