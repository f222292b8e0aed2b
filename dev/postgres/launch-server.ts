import { type ChildProcess, spawn } from "node:child_process";
import { open, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { findFreePort } from "../process/find-free-port.ts";
import { guardPid, releasePid } from "../process/reaper.ts";
import { StackError } from "../process/stack-error.ts";
import type { ServerUser } from "./server-user.ts";

export interface LaunchOptions {
  readonly binary: string;
  readonly data: string;
  readonly logFile: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly user: ServerUser | null;
  readonly password: string;
}

export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  /** From now on the end of the process is no crash. */
  expectEnd(): void;
  onCrash(listener: (reason: string) => void): void;
}

const readyTimeoutMs = 60_000;
const maxLaunches = 40;

interface Launched {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly port: number;
  hasEnded(): boolean;
}

async function spawnServer(options: LaunchOptions, port: number): Promise<Launched> {
  const settings = Object.entries(options.settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const log = await open(options.logFile, "w", 0o600);
  try {
    const child = spawn(options.binary, ["-D", options.data, "-p", String(port), ...settings], {
      stdio: ["ignore", log.fd, log.fd],
      env: { PATH: process.env.PATH ?? "", TZ: "UTC" },
      // Out of the terminal's group: Ctrl-C is for us, and we stop the server when its users have gone.
      detached: true,
      ...(options.user ?? {}),
    });
    let hasEnded = false;
    child.once("exit", () => {
      hasEnded = true;
      if (child.pid !== undefined) releasePid(child.pid);
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("spawn", () => resolve(child.pid ?? 0));
    });
    guardPid(pid);
    child.unref();
    return { child, pid, port, hasEnded: () => hasEnded };
  } finally {
    await log.close();
  }
}

async function isAnswering(port: number, password: string): Promise<boolean> {
  const client = new pg.Client({
    host: "127.0.0.1",
    port,
    user: "supabase_admin",
    password,
    database: "postgres",
    connectionTimeoutMillis: 5_000,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    const code = (error as { code?: string }).code;
    // 57P03: the server is starting up or recovering. A refused or cut connection: not listening yet.
    if (code === "57P03" || code === "ECONNREFUSED" || code === "ECONNRESET") return false;
    throw error;
  }
}

/** Null when the server ended instead. */
async function waitUntilReady(server: Launched, password: string): Promise<Launched | null> {
  const deadline = Date.now() + readyTimeoutMs;
  while (!server.hasEnded()) {
    if (await isAnswering(server.port, password)) return server;
    if (Date.now() > deadline) throw new StackError("Postgres does not answer within a minute");
    await sleep(20);
  }
  return null;
}

/** What to do about a server that ended while it started. */
async function readFailure(logFile: string, port: number): Promise<"port taken" | "still held" | StackError> {
  const log = await readFile(logFile, "utf8");
  if (log.includes("could not bind")) return "port taken";
  // The children of a killed server hold the shared memory and the lock file for a moment.
  if (log.includes("pre-existing shared memory block") || log.includes("lock file")) return "still held";
  const last = log.trim().split("\n").slice(-3).join(" | ");
  return new StackError(`Postgres ended while starting on port ${port}: ${last}`);
}

async function launchUntilReady(options: LaunchOptions): Promise<Launched> {
  for (let attempt = 0; attempt < maxLaunches; attempt++) {
    const port = options.port || (await findFreePort());
    const ready = await waitUntilReady(await spawnServer(options, port), options.password);
    if (ready) return ready;
    const failure = await readFailure(options.logFile, port);
    if (failure instanceof StackError) throw failure;
    if (failure === "port taken" && options.port) throw new StackError(`port ${port} is taken`);
    if (failure === "still held") await sleep(250);
  }
  throw new StackError(`another Postgres holds ${options.data}`);
}

/** Spawns the server and resolves when it takes connections. */
export async function launchServer(options: LaunchOptions): Promise<ServerProcess> {
  const { child, pid, port, hasEnded } = await launchUntilReady(options);
  let isExpected = false;
  return {
    pid,
    port,
    expectEnd() {
      isExpected = true;
    },
    onCrash(listener) {
      const report = (): void => {
        if (!isExpected) listener(`exit code ${child.exitCode}, signal ${child.signalCode}`);
      };
      if (hasEnded()) report();
      else child.once("exit", report);
    },
  };
}
