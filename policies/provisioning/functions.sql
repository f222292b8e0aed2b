revoke all on function
  private.guard_live_database(),
  private.open_operation(text, uuid, uuid, uuid),
  private.request_database_operation(text, uuid, uuid, text, text, uuid),
  private.place_database(uuid, text, text),
  private.read_connection(uuid),
  private.fail_operation_of_job(),
  private.follow_tenant(uuid)
from public;

grant execute on function
  private.request_database_operation(text, uuid, uuid, text, text, uuid),
  private.read_connection(uuid)
to authenticated;
grant execute on function private.follow_tenant(uuid) to gantry_worker;
