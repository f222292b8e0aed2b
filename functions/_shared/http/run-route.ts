import type { Caller } from "../auth/caller.ts";
import { withSignal } from "../db/with-signal.ts";
import { fail, type Result } from "../errors/result.ts";
import { describeError } from "../log/describe-error.ts";
import type { Logger } from "../log/logger.ts";
import { type Answer, toJsonAnswer } from "./answer.ts";
import type { Ctx, SystemCtx } from "./ctx.ts";
import { createDeadlines } from "./deadlines.ts";
import type { Reply, SystemRoute } from "./define-route.ts";
import { type ParsedInput, parseInput, type RawInput } from "./parse-input.ts";
import { toProblem } from "./problem.ts";
import type { RouteEntry } from "./route-table.ts";
import type { Services } from "./services.ts";

const defaultTimeoutMs = 30_000;
/** After the route's own time, within which it may still be written down what came of it. */
const leaseReserveSeconds = 5;
const deadlines = createDeadlines();
/** What `load` gave, for each entry: asking the runtime for a module again costs more than a look here. */
const loaded = new WeakMap<RouteEntry, SystemRoute>();

export interface RouteCall extends RawInput {
  readonly requestId: string;
  /** Null on routes without a person. */
  readonly caller: Caller | null;
  readonly services: Services;
  readonly log: Logger;
}

function createCtx(call: RouteCall, signal: AbortSignal, operationId: string): SystemCtx & Partial<Ctx> {
  const { services, requestId, caller, log } = call;
  let isWoken = false;
  return {
    db: withSignal(services.db, signal),
    env: services.env,
    clock: services.clock,
    log,
    requestId,
    keyring: services.keyring,
    signal,
    ...(caller === null ? {} : { caller, operationId }),
    waitUntil: (work) => services.waitUntil(work),
    wakeScheduler() {
      if (isWoken) return;
      isWoken = true;
      // The next tick finds the work anyway; this only makes it sooner.
      const woken = services.callScheduler().catch((error: unknown) => {
        log.warn("scheduler-not-woken", describeError(error));
      });
      services.waitUntil(woken);
    },
  };
}

/** Ends with TIMEOUT when the route takes too long; what it still does then is rolled back by the aborted signal. */
function withTimeout<T>(
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<Result<T>>,
): Promise<Result<T>> {
  const abort = new AbortController();
  return new Promise((resolve, reject) => {
    const end = deadlines.begin(timeoutMs, () => {
      abort.abort();
      resolve(fail("TIMEOUT"));
    });
    work(abort.signal).then(
      (result) => {
        end();
        resolve(result);
      },
      (error: unknown) => {
        end();
        reject(error);
      },
    );
  });
}

async function load(entry: RouteEntry): Promise<SystemRoute> {
  // Which of the two it is, the table's types have tied to the entry's `auth`.
  const route = (await entry.load()) as SystemRoute;
  loaded.set(entry, route);
  return route;
}

interface Handled {
  readonly result: Result<Reply>;
  /** Whether this is the answer to an earlier request with the same key. */
  readonly isReplayed: boolean;
}

/** Runs the handler, once only where the route and the request say so. */
async function handle(
  entry: RouteEntry,
  route: SystemRoute,
  call: RouteCall,
  input: ParsedInput,
  signal: AbortSignal,
): Promise<Handled> {
  const run = (operationId: string) => route.handle(createCtx(call, signal, operationId), input);
  const { idempotency } = route;
  const { caller, services, log } = call;
  const header = call.request.headers.get("idempotency-key");
  if (header === null || idempotency === undefined || caller === null) {
    return { result: await run(crypto.randomUUID()), isReplayed: false };
  }
  const { runOnce } = await import("../idempotency/run-once.ts");
  return runOnce(
    {
      db: withSignal(services.db, signal),
      lastingDb: services.db,
      keyring: services.keyring,
      caller,
      log,
      key: header,
      route: `${entry.method} ${entry.path}`,
      permission: idempotency.permission,
      tenantId: idempotency.makesTenant === true ? null : caller.tenantId,
      leaseSeconds: Math.ceil((route.timeoutMs ?? defaultTimeoutMs) / 1_000) + leaseReserveSeconds,
      input,
    },
    run,
  );
}

/** Loads the module of a matched and authenticated route, parses the input by its schemas, and runs it. */
export async function runRoute(entry: RouteEntry, call: RouteCall): Promise<Answer> {
  const route = loaded.get(entry) ?? (await load(entry));
  let isReplayed = false;
  const result = await withTimeout<Reply>(route.timeoutMs ?? defaultTimeoutMs, async (signal) => {
    const input = await parseInput(route, call);
    if (!input.ok) return input;
    const handled = await handle(entry, route, call, input.value, signal);
    isReplayed = handled.isReplayed;
    return handled.result;
  });
  const replayed: Record<string, string> = isReplayed ? { "idempotent-replayed": "true" } : {};
  if (!result.ok) return toProblem(result.error, call.requestId, replayed);
  const { status, body, headers } = result.value;
  return toJsonAnswer(status, body, { ...headers, ...replayed });
}
