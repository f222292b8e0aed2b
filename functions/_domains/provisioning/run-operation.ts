import { EnvelopeError } from "../../_shared/crypto/data-key.ts";
import type { KeyRing } from "../../_shared/crypto/key-ring.ts";
import type { Secret } from "../../_shared/crypto/secret.ts";
import type { Tx } from "../../_shared/db/port.ts";
import type { Failure } from "../../_shared/errors/failure.ts";
import { ok, type Result } from "../../_shared/errors/result.ts";
import type { Job, JobContext, JobHandler, JobOutcome } from "../../_shared/jobs/job.ts";
import { listSteps, type OperationStep, type TargetStep, toStepMessage } from "./list-steps.ts";
import { ensureConnection, openAdminUrl } from "./open-connection.ts";
import { findOperation, type Operation } from "./operation.ts";
import { recordFault, recordStart, recordStep, recordSuccess } from "./record-operation.ts";
import type { TargetAdapter, TargetWork } from "./target-adapter.ts";
import { toTargetFailure } from "./target-failure.ts";
import { type Progress, withLease } from "./with-lease.ts";

export interface RunOperationPorts {
  readonly keyring: KeyRing;
  /** By the target's `adapter`. */
  readonly adapters: Readonly<Record<string, TargetAdapter>>;
  /** Awaited before and after each effect, as `before create_role`; the crash tests stop the process here. */
  readonly onBoundary?: (boundary: string) => Promise<void>;
}

/** One attempt at an operation. */
interface Run {
  readonly job: Job;
  readonly ctx: JobContext;
  readonly ports: RunOperationPorts;
  readonly operation: Operation;
  readonly steps: readonly OperationStep[];
}

interface Secrets {
  readonly adminUrl: Secret;
  /** Null where the operation needs no login of the tenant. */
  readonly connectionString: Secret | null;
}

/** Null: go on. */
type Ended = JobOutcome | null;

function failed(code: string, message: string, isRetryable: boolean): JobOutcome {
  return { kind: "failed", code, message, retryable: isRetryable };
}

/** Whoever took over ends the job; what is said here about a lost lease changes nothing. */
const lost = failed("LEASE_LOST", "Another worker has taken over.", true);

/** Gantry's own database could not do it: all of these pass. */
function toOutcome(failure: Failure): JobOutcome {
  return failed(failure.code, "Gantry's own database could not record the step.", true);
}

/** Where this attempt begins. */
function currentStep({ operation, steps }: Run): OperationStep {
  const step = operation.step ?? steps[0];
  if (step === undefined) throw new Error("a kind of operation has no steps");
  return step;
}

function toProgress(run: Run, step: OperationStep): Progress {
  return { current: run.steps.indexOf(step), total: run.steps.length, message: toStepMessage(step) };
}

async function atBoundary(run: Run, boundary: string): Promise<void> {
  await run.ports.onBoundary?.(boundary);
}

function hold<T>(run: Run, progress: Progress, work: (tx: Tx) => Promise<T>): Promise<Result<T | null>> {
  return withLease(run.job, run.ctx, progress, async (tx) => ok(await work(tx)));
}

/** Records the step and, if the lease is still ours, does it. */
async function runStep(run: Run, step: TargetStep, work: TargetWork): Promise<Ended> {
  if (run.ctx.signal.aborted) return { kind: "again" };
  const progress = toProgress(run, step);
  const recorded = await hold(run, progress, async (tx) => {
    await recordStep(tx, run.operation.id, step, progress);
    return true;
  });
  if (!recorded.ok) return toOutcome(recorded.error);
  if (recorded.value === null) return lost;
  await atBoundary(run, `before ${step}`);
  await work.run(step);
  await atBoundary(run, `after ${step}`);
  return null;
}

async function finish(run: Run): Promise<JobOutcome> {
  const { steps, operation } = run;
  const progress = { current: steps.length, total: steps.length, message: "Done" };
  await atBoundary(run, "before finish");
  const recorded = await hold(run, progress, async (tx) => {
    await recordSuccess(tx, operation, progress);
    return true;
  });
  await atBoundary(run, "after finish");
  if (!recorded.ok) return toOutcome(recorded.error);
  return recorded.value === null ? lost : { kind: "completed" };
}

/**
 * Secrets first, in one transaction: the password is sealed here before a role could have it, so at whatever point a
 * worker dies, one password is stored and the next worker sets the role to it.
 */
function openSecrets(run: Run): Promise<Result<Secrets | null>> {
  const { operation, ports, steps } = run;
  const progress = toProgress(run, currentStep(run));
  return hold(run, progress, async (tx) => {
    if (operation.step === null) await recordStep(tx, operation.id, currentStep(run), progress);
    const adminUrl = await openAdminUrl(tx, ports.keyring, operation);
    const needsLogin = steps.includes("verify_login");
    const connectionString = needsLogin ? await ensureConnection(tx, ports.keyring, operation) : null;
    return { adminUrl, connectionString };
  });
}

async function runSteps(run: Run, secrets: Secrets): Promise<JobOutcome> {
  const { operation, ports, steps } = run;
  const adapter = ports.adapters[operation.adapter];
  if (adapter === undefined) return failed("ADAPTER_UNKNOWN", "No adapter for this kind of target.", false);
  // The lock at the target comes before the last look at the lease: from there on nobody else can act.
  const work = await adapter.begin(secrets.adminUrl, {
    database: operation.databaseName,
    role: operation.roleName,
    connectionString: secrets.connectionString,
  });
  try {
    for (const step of steps.slice(steps.indexOf(currentStep(run)))) {
      // Done with the secrets, see openSecrets.
      if (step === "seal_credentials") continue;
      const ended = await runStep(run, step, work);
      if (ended !== null) return ended;
    }
    return await finish(run);
  } finally {
    await work.close();
  }
}

/** What an error of this attempt means; null for a bug. */
function readError(error: unknown): { code: string; message: string; isRetryable: boolean } | null {
  if (error instanceof EnvelopeError) {
    return { code: "SECRET_UNREADABLE", message: "A sealed secret does not open.", isRetryable: false };
  }
  return toTargetFailure(error);
}

async function runAttempt(run: Run): Promise<JobOutcome> {
  try {
    await atBoundary(run, "before open_secrets");
    const secrets = await openSecrets(run);
    await atBoundary(run, "after open_secrets");
    if (!secrets.ok) return toOutcome(secrets.error);
    return secrets.value === null ? lost : await runSteps(run, secrets.value);
  } catch (error) {
    const fault = readError(error);
    if (fault === null) throw error;
    const { code, message, isRetryable } = fault;
    const noted = await hold(run, toProgress(run, currentStep(run)), async (tx) => {
      await recordFault(tx, run.operation.id, code, message);
      return true;
    });
    if (noted.ok && noted.value === null) return lost;
    return failed(code, message, isRetryable);
  }
}

function parseOperationId(job: Job): string | null {
  const { operationId } = job.payload;
  return typeof operationId === "string" ? operationId : null;
}

/** Reads the operation and marks it as running. */
function start(job: Job, ctx: JobContext, operationId: string): Promise<Result<Operation | null>> {
  return withLease(job, ctx, { current: 0, total: 0, message: "Starting" }, async (tx) => {
    const operation = await findOperation(tx, operationId);
    if (operation?.status === "pending" || operation?.status === "running") {
      await recordStart(tx, operationId, job.attempts);
    }
    return ok(operation);
  });
}

/**
 * Handler of `provisioning.run` {operationId}. Each step is recorded before it begins and may run again; a second worker
 * goes on at the recorded one. Failures of a target that may pass are retried; when attempts run out, or for the others,
 * the operation fails with the code, its database is marked `error`, and what exists at the target stays: asking again
 * for the same database takes it up where it is, deleting it removes it.
 */
export function createRunOperation(ports: RunOperationPorts): JobHandler {
  return async (job, ctx) => {
    const operationId = parseOperationId(job);
    if (operationId === null) return failed("PAYLOAD_INVALID", "The job names no operation.", false);
    await ports.onBoundary?.("before start");
    const started = await start(job, ctx, operationId);
    await ports.onBoundary?.("after start");
    if (!started.ok) return toOutcome(started.error);
    const operation = started.value;
    if (operation === null) return lost;
    // A worker died between the end of the operation and the end of its job.
    if (operation.status !== "pending" && operation.status !== "running") return { kind: "completed" };
    return runAttempt({ job, ctx, ports, operation, steps: listSteps(operation.kind) });
  };
}
