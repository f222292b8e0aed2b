alter table control_plane.system_config enable row level security;
alter table control_plane.system_config force row level security;
revoke all on control_plane.system_config from public, anon, authenticated, service_role;

-- No policy and no grant: operators reach it as the owner, and nobody else does.
