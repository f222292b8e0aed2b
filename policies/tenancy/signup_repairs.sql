alter table control_plane.signup_repairs enable row level security;
alter table control_plane.signup_repairs force row level security;
revoke all on control_plane.signup_repairs from public, anon, authenticated, service_role;

-- No policy and no grant: written by the sign-up trigger and emptied by the maintenance job, both as the owner.
