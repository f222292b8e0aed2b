revoke all on function
  private.enqueue_job(text, uuid, jsonb, text, uuid, timestamptz, text, integer, integer, boolean),
  private.enqueue_jobs(text, jsonb, timestamptz, integer, integer),
  private.claim_jobs(text, integer, integer, text[], uuid, integer),
  private.due_lanes(uuid, integer, text[]),
  private.take_jobs(uuid, integer, text, integer, text[], integer),
  private.exchange_jobs(uuid[], bigint[], text, integer, integer, text[], uuid, integer),
  private.renew_jobs(uuid[], bigint[], integer),
  private.report_job_progress(uuid, bigint, integer, integer, text),
  private.advance_progress(jsonb, integer, integer, text),
  private.checkpoint_job(uuid, bigint, jsonb),
  private.complete_job(uuid, bigint),
  private.fail_job(uuid, bigint, text, text, boolean),
  private.defer_job(uuid, bigint, timestamptz),
  private.reopen_job(uuid),
  private.redrive_jobs(text, uuid, text, integer),
  private.remove_ended_jobs(integer),
  private.end_unknown_jobs(text[]),
  private.register_schedule(text, uuid, text, text, text, jsonb, text, boolean, timestamptz, timestamptz),
  private.due_schedules(integer),
  private.fire_schedules(jsonb),
  private.missed_schedules(),
  private.record_heartbeat(text),
  private.record_audit(uuid, text, text, text, jsonb),
  private.ensure_audit_partitions(integer),
  private.cancel_job(uuid, uuid),
  private.redrive_job(uuid, uuid),
  private.acting_user_id(),
  private.audit_change(),
  private.guard_job_content(),
  private.write_audit(uuid, text, text, text, text, jsonb, jsonb, jsonb),
  private.pre_request(),
  private.client_address(text),
  private.begin_idempotent_request(uuid, text, text, text, bytea, text, integer),
  private.end_idempotent_request(uuid, bigint, text, boolean),
  private.remove_idempotency_keys(integer)
from public;

grant execute on function
  private.enqueue_job(text, uuid, jsonb, text, uuid, timestamptz, text, integer, integer, boolean),
  private.enqueue_jobs(text, jsonb, timestamptz, integer, integer),
  private.claim_jobs(text, integer, integer, text[], uuid, integer),
  private.due_lanes(uuid, integer, text[]),
  private.take_jobs(uuid, integer, text, integer, text[], integer),
  private.exchange_jobs(uuid[], bigint[], text, integer, integer, text[], uuid, integer),
  private.renew_jobs(uuid[], bigint[], integer),
  private.report_job_progress(uuid, bigint, integer, integer, text),
  private.advance_progress(jsonb, integer, integer, text),
  private.checkpoint_job(uuid, bigint, jsonb),
  private.complete_job(uuid, bigint),
  private.fail_job(uuid, bigint, text, text, boolean),
  private.defer_job(uuid, bigint, timestamptz),
  private.reopen_job(uuid),
  private.redrive_jobs(text, uuid, text, integer),
  private.remove_ended_jobs(integer),
  private.end_unknown_jobs(text[]),
  private.register_schedule(text, uuid, text, text, text, jsonb, text, boolean, timestamptz, timestamptz),
  private.due_schedules(integer),
  private.fire_schedules(jsonb),
  private.missed_schedules(),
  private.record_heartbeat(text),
  private.record_audit(uuid, text, text, text, jsonb),
  private.ensure_audit_partitions(integer)
to gantry_worker;

grant execute on function private.cancel_job(uuid, uuid), private.redrive_job(uuid, uuid) to authenticated;

grant execute on function private.pre_request(), private.client_address(text) to anon, authenticated, service_role;

-- What edge functions call for a person whose request has a key.
grant execute on function
  private.begin_idempotent_request(uuid, text, text, text, bytea, text, integer),
  private.end_idempotent_request(uuid, bigint, text, boolean)
to authenticated;
grant execute on function private.remove_idempotency_keys(integer) to gantry_worker;
