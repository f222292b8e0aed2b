import type { Caller } from "../auth/caller.ts";
import { withSignal } from "../db/with-signal.ts";
import { fail, type Result } from "../errors/result.ts";
import { describeError } from "../log/describe-error.ts";
import type { Logger } from "../log/logger.ts";
import { type Answer, toJsonAnswer } from "./answer.ts";
import type { Ctx, SystemCtx } from "./ctx.ts";
import { createDeadlines } from "./deadlines.ts";
import type { Reply, SystemRoute } from "./define-route.ts";
import { parseInput, type RawInput } from "./parse-input.ts";
import { toProblem } from "./problem.ts";
import type { RouteEntry } from "./route-table.ts";
import type { Services } from "./services.ts";

const defaultTimeoutMs = 30_000;
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

function createCtx(call: RouteCall, signal: AbortSignal): SystemCtx & Partial<Ctx> {
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
    ...(caller === null ? {} : { caller }),
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

/** Loads the module of a matched and authenticated route, parses the input by its schemas, and runs it. */
export async function runRoute(entry: RouteEntry, call: RouteCall): Promise<Answer> {
  const route = loaded.get(entry) ?? (await load(entry));
  const result = await withTimeout<Reply>(route.timeoutMs ?? defaultTimeoutMs, async (signal) => {
    const input = await parseInput(route, call);
    return input.ok ? route.handle(createCtx(call, signal), input.value) : input;
  });
  if (!result.ok) return toProblem(result.error, call.requestId);
  const { status, body, headers } = result.value;
  return toJsonAnswer(status, body, headers);
}
