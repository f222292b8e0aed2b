import type { Caller } from "../auth/caller.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import type { Db } from "../db/port.ts";
import { type ErrorCode, errorCodes } from "../errors/codes.ts";
import type { Failure } from "../errors/failure.ts";
import { fail, type Result } from "../errors/result.ts";
import type { Reply } from "../http/define-route.ts";
import { describeError } from "../log/describe-error.ts";
import type { Logger } from "../log/logger.ts";
import { parseIdempotencyKey } from "./idempotency-key.ts";
import { type Begun, beginRequest, endRequest } from "./idempotency-store.ts";
import { createRequestSeal, type RequestSeal } from "./request-seal.ts";

export interface OnceOptions {
  /** One whose transactions end with the request: a request that has timed out begins nothing any more. */
  readonly db: Db;
  /** For writing down how it ended, also after a time-out. */
  readonly lastingDb: Db;
  readonly caller: Caller;
  readonly keyring: KeyRing;
  readonly log: Logger;
  /** The header, as it came. */
  readonly key: string;
  /** Method and pattern. */
  readonly route: string;
  readonly permission: string;
  /** Null for a route that acts in no tenant. */
  readonly tenantId: string | null;
  readonly leaseSeconds: number;
  readonly input: { readonly params: unknown; readonly query: unknown; readonly body: unknown };
}

export interface Once {
  readonly result: Result<Reply>;
  /** Whether this is the answer to an earlier request. */
  readonly isReplayed: boolean;
}

/** How long a repetition waits for the request that is in flight, before it is told to come again. */
const waitsMs = [25, 50, 100, 200, 400, 800] as const;

/** Of these and of whatever has a time to come again, the next attempt may end otherwise. */
const passingStatuses: ReadonlySet<number> = new Set([401, 403, 404, 423, 429]);
const passingCodes: ReadonlySet<ErrorCode> = new Set(["NO_TARGET_AVAILABLE"]);

function isFinal({ code, retryAfterSeconds }: Failure): boolean {
  const { status } = errorCodes[code];
  return (
    status < 500 && retryAfterSeconds === undefined && !passingStatuses.has(status) && !passingCodes.has(code)
  );
}

function hideSecrets({ secretFields = [], ...reply }: Reply): Reply {
  if (secretFields.length === 0 || typeof reply.body !== "object") return reply;
  const shown = Object.entries(reply.body ?? {}).filter(([name]) => !secretFields.includes(name));
  return { ...reply, body: { ...Object.fromEntries(shown), secretAlreadyShown: true } };
}

function toStored(result: Result<Reply>): Result<Reply> {
  return result.ok ? { ok: true, value: hideSecrets(result.value) } : result;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Opened {
  readonly begun: Begun;
  readonly seal: RequestSeal;
}

/** Takes the request up under the master key that its first sending was compared by, which may be an older one. */
async function open(options: OnceOptions): Promise<Result<Opened>> {
  const { db, caller, keyring, route, input } = options;
  let masterKeyId = keyring.currentId;
  for (;;) {
    const seal = await createRequestSeal(keyring, masterKeyId);
    if (seal === null) {
      return fail("IDEMPOTENCY_KEY_REUSED", {
        detail: "The key it was used under is gone. Use another one.",
      });
    }
    const begun = await beginRequest(db, caller, options, {
      mac: await seal.toMac({ route, ...input }),
      masterKeyId,
    });
    if (!begun.ok) return begun;
    if (begun.value.outcome !== "other_master_key" || begun.value.masterKeyId === masterKeyId) {
      return { ok: true, value: { begun: begun.value, seal } };
    }
    masterKeyId = begun.value.masterKeyId;
  }
}

/** As open, but gives a request that is in flight a moment to end. */
async function openOrWait(options: OnceOptions): Promise<Result<Opened>> {
  let opened = await open(options);
  for (const waitMs of waitsMs) {
    if (!opened.ok || opened.value.begun.outcome !== "in_flight") return opened;
    await sleep(waitMs);
    opened = await open(options);
  }
  return opened;
}

/** Nothing that fails here may change the answer: what the request did is done, and a repetition finds it by its id. */
async function close(
  { lastingDb, caller, log }: OnceOptions,
  { begun, seal }: Opened,
  result: Result<Reply> | null,
): Promise<void> {
  try {
    const isStored = result !== null && (result.ok || isFinal(result.error));
    const sealed = isStored ? await seal.seal(begun.id, JSON.stringify(toStored(result))) : null;
    const answer = sealed === null ? null : { sealed, isSuccess: result?.ok === true };
    const ended = await endRequest(lastingDb, caller, begun, answer);
    if (!ended.ok) log.warn("idempotent-answer-not-stored", { code: ended.error.code });
    else if (!ended.value) log.warn("idempotent-request-taken-over");
  } catch (error) {
    log.warn("idempotent-answer-not-stored", describeError(error));
  }
}

async function work(
  options: OnceOptions,
  opened: Opened,
  handle: (operationId: string) => Promise<Result<Reply>>,
): Promise<Result<Reply>> {
  let result: Result<Reply> | null = null;
  try {
    result = await handle(opened.begun.id);
    return result;
  } finally {
    await close(options, opened, result);
  }
}

/**
 * Does `handle` once for each principal, tenant, route and key, and answers repetitions with what it answered.
 * IDEMPOTENCY_KEY_REUSED for another request, REQUEST_IN_FLIGHT while the first is worked on. A request whose worker
 * died is taken up again when its lease has ended, with the same operation id, by which `handle` finds what it had
 * made.
 */
export async function runOnce(
  options: OnceOptions,
  handle: (operationId: string) => Promise<Result<Reply>>,
): Promise<Once> {
  const key = parseIdempotencyKey(options.key);
  if (!key.ok) return { result: key, isReplayed: false };
  const opened = await openOrWait(options);
  if (!opened.ok) return { result: opened, isReplayed: false };
  const { begun, seal } = opened.value;
  if (begun.outcome === "started") {
    return { result: await work(options, opened.value, handle), isReplayed: false };
  }
  if (begun.outcome === "answered" && begun.sealedAnswer !== null) {
    const answer = JSON.parse(await seal.open(begun.id, begun.sealedAnswer)) as Result<Reply>;
    return { result: answer, isReplayed: true };
  }
  const refusal =
    begun.outcome === "in_flight"
      ? fail("REQUEST_IN_FLIGHT", { retryAfterSeconds: 1 })
      : fail("IDEMPOTENCY_KEY_REUSED");
  return { result: refusal, isReplayed: false };
}
