import { type ChildProcess, spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { endProcess } from "../process/end-process.ts";
import { findFreePort } from "../process/find-free-port.ts";
import { guardPid, releasePid } from "../process/reaper.ts";
import { StackError } from "../process/stack-error.ts";
import { findPostgrest } from "./find-postgrest.ts";

export interface PostgrestOptions {
  /** URL of role authenticator. */
  readonly databaseUrl: string;
  readonly jwtSecret: string;
  readonly logFile: string;
  readonly onNotice: (line: string) => void;
}

export interface Postgrest {
  readonly port: number;
  pid(): number;
  stop(): Promise<void>;
}

const readyTimeoutMs = 30_000;
const restartDelayMs = 300;

function toEnvironment(options: PostgrestOptions, port: number, adminPort: number): Record<string, string> {
  return {
    PGRST_DB_URI: options.databaseUrl,
    PGRST_DB_SCHEMAS: "public",
    PGRST_DB_EXTRA_SEARCH_PATH: "public,extensions",
    PGRST_DB_ANON_ROLE: "anon",
    PGRST_DB_POOL: "10",
    PGRST_DB_MAX_ROWS: "1000",
    PGRST_DB_AGGREGATES_ENABLED: "false",
    PGRST_DB_PLAN_ENABLED: "false",
    PGRST_DB_PRE_REQUEST: "private.pre_request",
    PGRST_DB_CHANNEL_ENABLED: "true",
    PGRST_OPENAPI_MODE: "follow-privileges",
    PGRST_JWT_SECRET: options.jwtSecret,
    PGRST_SERVER_HOST: "127.0.0.1",
    PGRST_SERVER_PORT: String(port),
    PGRST_ADMIN_SERVER_PORT: String(adminPort),
    PGRST_LOG_LEVEL: "warn",
  };
}

async function isReady(adminPort: number): Promise<boolean> {
  // A refused connection is an answer too: it is not listening yet.
  const response = await fetch(`http://127.0.0.1:${adminPort}/ready`).catch(() => null);
  await response?.body?.cancel();
  return response?.ok ?? false;
}

async function launch(
  binary: string,
  environment: Record<string, string>,
  logFile: string,
): Promise<ChildProcess> {
  const log = await open(logFile, "a", 0o600);
  try {
    const child = spawn(binary, [], { stdio: ["ignore", log.fd, log.fd], env: environment, detached: true });
    await new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("spawn", resolve);
    });
    const pid = child.pid ?? 0;
    guardPid(pid);
    child.once("exit", () => releasePid(pid));
    child.unref();
    return child;
  } finally {
    await log.close();
  }
}

/** Starts PostgREST with the hosted settings and starts it again whenever it ends without being asked to. */
export async function keepPostgrestRunning(options: PostgrestOptions): Promise<Postgrest> {
  const binary = await findPostgrest();
  const port = await findFreePort();
  const adminPort = await findFreePort();
  const environment = toEnvironment(options, port, adminPort);
  let isStopped = false;
  let restart: Promise<void> = Promise.resolve();
  let child = await launch(binary, environment, options.logFile);
  const watch = (): void => {
    child.once("exit", (code, signal) => {
      if (isStopped) return;
      options.onNotice(`PostgREST ended (exit code ${code}, signal ${signal}); starting it again`);
      restart = bringBack().catch((error: unknown) =>
        options.onNotice(`PostgREST does not start: ${String(error)}`),
      );
    });
  };
  const bringBack = async (): Promise<void> => {
    await sleep(restartDelayMs);
    if (isStopped) return;
    child = await launch(binary, environment, options.logFile);
    watch();
  };
  watch();
  const stop = async (): Promise<void> => {
    isStopped = true;
    await restart;
    if (child.exitCode !== null || child.signalCode !== null) return;
    await endProcess(child.pid ?? 0, [
      { signal: "SIGTERM", waitMs: 3_000 },
      { signal: "SIGKILL", waitMs: 3_000 },
    ]);
  };
  const deadline = Date.now() + readyTimeoutMs;
  while (!(await isReady(adminPort))) {
    if (Date.now() > deadline) {
      await stop();
      throw new StackError(`PostgREST is not ready after 30 s, see ${options.logFile}`);
    }
    await sleep(50);
  }
  return { port, pid: () => child.pid ?? 0, stop };
}
