revoke all on function
  private.enqueue_job(text, uuid, jsonb, text, uuid, timestamptz, text, integer),
  private.claim_jobs(text, integer, integer, text[]),
  private.renew_job(uuid, bigint, integer),
  private.report_job_progress(uuid, bigint, integer, integer, text),
  private.advance_progress(jsonb, integer, integer, text),
  private.complete_job(uuid, bigint),
  private.fail_job(uuid, bigint, text, text, boolean),
  private.defer_job(uuid, bigint, timestamptz),
  private.acting_user_id(),
  private.audit_change(),
  private.write_audit(uuid, text, text, text, text, jsonb, jsonb, jsonb),
  private.record_audit(uuid, text, text, text, jsonb),
  private.ensure_audit_partitions(integer),
  private.schedule_maintenance(),
  private.pre_request(),
  private.client_address(text)
from public;

grant execute on function
  private.enqueue_job(text, uuid, jsonb, text, uuid, timestamptz, text, integer),
  private.claim_jobs(text, integer, integer, text[]),
  private.renew_job(uuid, bigint, integer),
  private.report_job_progress(uuid, bigint, integer, integer, text),
  private.advance_progress(jsonb, integer, integer, text),
  private.complete_job(uuid, bigint),
  private.fail_job(uuid, bigint, text, text, boolean),
  private.defer_job(uuid, bigint, timestamptz),
  private.record_audit(uuid, text, text, text, jsonb),
  private.ensure_audit_partitions(integer),
  private.schedule_maintenance()
to gantry_worker;

grant execute on function private.pre_request(), private.client_address(text) to anon, authenticated, service_role;
