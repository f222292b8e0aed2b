import { isTokenShaped } from "../auth/is-token-shaped.ts";
import type { TokenVerifier } from "../auth/token-verifier.ts";
import { createKeyRing } from "../crypto/key-ring.ts";
import type { Db } from "../db/port.ts";
import type { FunctionEnv } from "../env/function-env.ts";
import { fail } from "../errors/result.ts";
import { createLineWriter } from "../log/create-line-writer.ts";
import { createLogger, type Level } from "../log/create-logger.ts";
import { describeError } from "../log/describe-error.ts";
import type { Logger } from "../log/logger.ts";
import type { Services } from "./services.ts";

/** One isolate serves few requests at once, and the pooler's connections are shared by all isolates. */
const maxConnections = 4;
const wakeTimeoutMs = 3_000;

interface EdgeRuntime {
  waitUntil(work: Promise<unknown>): unknown;
}

function createLogWriter(): (line: string, level: Level) => void {
  // biome-ignore lint/suspicious/noConsole: the runtime collects logs from the console and from nowhere else.
  const writer = createLineWriter((text) => console.log(text));
  return (line, level) => (level === "info" ? writer.writeSoon(line) : writer.writeNow(line));
}

/** jose is loaded with the first token, not with the function. */
function createLazyVerifier(env: FunctionEnv, clock: () => Date): TokenVerifier {
  let verifier: TokenVerifier | null = null;
  const load = async (): Promise<TokenVerifier> => {
    const [{ createTokenVerifier }, { cacheVerifiedTokens }] = await Promise.all([
      import("../auth/create-token-verifier.ts"),
      import("../auth/cache-verified-tokens.ts"),
    ]);
    verifier ??= cacheVerifiedTokens(createTokenVerifier({ ...env, clock }), clock);
    return verifier;
  };
  return {
    async verify(token) {
      if (verifier !== null) return verifier.verify(token);
      return isTokenShaped(token) ? (await load()).verify(token) : fail("TOKEN_INVALID");
    },
  };
}

/** The driver and what is around it come with the first transaction. */
function createLazyDb(env: FunctionEnv, log: Logger): Db {
  let loaded: Promise<Db> | null = null;
  const load = async (): Promise<Db> => {
    const { createPgDb } = await import("../db/create-pg-db.ts");
    return createPgDb({
      connectionString: env.databaseUrl.reveal(),
      maxConnections,
      onIdleFault: () => log.warn("database-connection-lost"),
    });
  };
  const open = (): Promise<Db> => {
    loaded ??= load();
    return loaded;
  };
  return {
    asCaller: async (...call) => (await open()).asCaller(...call),
    asWorker: async (...call) => (await open()).asWorker(...call),
    close: async () => (await loaded)?.close(),
  };
}

/** Hosted keeps the isolate alive for such work; elsewhere the process lives on anyway. */
function createWaitUntil(log: Logger): (work: Promise<unknown>) => void {
  const { EdgeRuntime: runtime } = globalThis as { EdgeRuntime?: EdgeRuntime };
  return (work) => {
    const guarded = work.catch((error: unknown) => log.error("background-fault", describeError(error)));
    runtime?.waitUntil(guarded);
  };
}

function createSchedulerCall(env: FunctionEnv): () => Promise<void> {
  return async () => {
    // biome-ignore lint/style/noRestrictedGlobals: the host is the operator's own, from SUPABASE_URL.
    const response = await fetch(`${env.supabaseUrl}/functions/v1/scheduler`, {
      method: "POST",
      headers: { authorization: `Bearer ${env.schedulerSecret.reveal()}` },
      redirect: "error",
      signal: AbortSignal.timeout(wakeTimeoutMs),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error("the scheduler refused to be woken");
  };
}

/** The real services of a function. Opens nothing yet: driver, token library and connections come with their first use. */
export function createServices(name: string, env: FunctionEnv): Services {
  const clock = (): Date => new Date();
  const log = createLogger(createLogWriter(), clock, { function: name });
  return {
    env,
    db: createLazyDb(env, log),
    verifier: createLazyVerifier(env, clock),
    keyring: createKeyRing(env.masterKeys),
    clock,
    log,
    waitUntil: createWaitUntil(log),
    callScheduler: createSchedulerCall(env),
  };
}
