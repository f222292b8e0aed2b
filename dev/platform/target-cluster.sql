-- The admin of a cluster that takes tenant databases, as providers hand it out: no superuser.

do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'postgres') then
    create role postgres login createdb createrole;
  end if;
end;
$$;

-- With reserved_connections: tenants that fill their slots do not shut Gantry out.
grant pg_use_reserved_connections to postgres;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres with admin option;
alter database postgres owner to postgres;
alter database template1 owner to postgres;
