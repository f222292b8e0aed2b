revoke all on function
  private.claimed_user_id(),
  private.caller_id(),
  private.tenant_with(text),
  private.tenants_with(text),
  private.visible_user_ids(),
  private.require_permission(uuid, text),
  private.create_tenant(text, text, text, uuid),
  private.set_tenant_suspended(uuid, boolean, text),
  private.choose_default_tenant(uuid),
  private.delete_account(),
  private.register_user(uuid, text, text),
  private.repair_signups(),
  private.purge_due_tenants(),
  private.on_auth_user_created(),
  private.on_auth_user_updated(),
  private.on_auth_user_deleted(),
  private.guard_membership(),
  private.follow_membership_removal(),
  private.follow_standing()
from public;

-- What policies call.
grant execute on function
  private.claimed_user_id(),
  private.caller_id(),
  private.tenant_with(text),
  private.tenants_with(text),
  private.visible_user_ids()
to authenticated;

-- What edge functions call for a person.
grant execute on function
  private.require_permission(uuid, text),
  private.create_tenant(text, text, text, uuid),
  private.set_tenant_suspended(uuid, boolean, text),
  private.choose_default_tenant(uuid),
  private.delete_account()
to authenticated;

grant execute on function private.claimed_user_id() to gantry_definer;
grant execute on function private.repair_signups(), private.purge_due_tenants() to gantry_worker;
