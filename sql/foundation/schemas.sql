-- control_plane: what no client reads directly. private: what policies call. partitions: children of partitioned tables.
create schema if not exists control_plane;
create schema if not exists private;
create schema if not exists partitions;

comment on schema control_plane is 'Tables of the control plane itself; not exposed by the Data API.';
comment on schema private is 'Functions that policies, triggers and edge functions call; not exposed by the Data API.';
comment on schema partitions is 'Children of partitioned tables; reached only through their parents.';

revoke all on schema control_plane, private, partitions from public, anon, authenticated, service_role;
grant usage on schema control_plane to authenticated, gantry_worker, gantry_definer;
grant usage on schema private to anon, authenticated, service_role, gantry_worker, gantry_definer;
grant create on schema private to gantry_definer;
grant usage on schema public to gantry_worker, gantry_definer;
grant usage on schema extensions to gantry_worker, gantry_definer;
