import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, existsSync, type WriteStream } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { guardPid, releasePid } from "../process/reaper.ts";

export interface WorkerOptions {
  readonly name: string;
  /** Folder that holds `<name>/index.ts`. */
  readonly functionsRoot: string;
  /** Readable for the function, and its working folder. */
  readonly projectRoot: string;
  /** Not readable for the function: the stack's own secrets. */
  readonly dataDir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** One Deno process that serves one function. */
export interface FunctionWorker {
  readonly pid: number;
  readonly port: number;
  hasEnded(): boolean;
  /** The signal that ended the process; pending while it runs. */
  readonly ended: Promise<NodeJS.Signals | null>;
  /** Called with the id of work that goes on after its response, and again when that work is done. */
  onBackground(listener: (id: number, isRunning: boolean) => void): void;
  kill(): void;
}

const require = createRequire(import.meta.url);
const marker = "\u0001gantry ";
const bootTimeoutMs = 20_000;
const wrapper = fileURLToPath(new URL("./serve-function.ts", import.meta.url));

interface Message {
  readonly type: "ready" | "background-start" | "background-end";
  readonly port?: number;
  readonly id?: number;
}

function toArguments(options: WorkerOptions): string[] {
  const folder = join(options.functionsRoot, options.name);
  const config = join(folder, "deno.json");
  return [
    ...["run", "--no-prompt", "--cached-only", "--quiet"],
    ...(existsSync(config) ? ["--config", config, "--node-modules-dir=manual"] : ["--no-config"]),
    // Half of hosted's cap: this one bounds the JavaScript heap, the limiter bounds all of the process.
    "--v8-flags=--max-old-space-size=200",
    ...["--allow-net", "--allow-env", `--allow-read=${options.projectRoot},${options.functionsRoot}`],
    `--deny-read=${options.dataDir}`,
    ...[wrapper, join(folder, "index.ts")],
  ];
}

function spawnDeno(options: WorkerOptions): ChildProcess & { stdout: Readable; stderr: Readable } {
  const binary = join(dirname(require.resolve("deno/package.json")), "deno");
  return spawn(binary, toArguments(options), {
    cwd: options.projectRoot,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    env: {
      ...options.environment,
      DENO_DIR: join(options.dataDir, "deno"),
      DENO_NO_UPDATE_CHECK: "1",
      DO_NOT_TRACK: "1",
      NO_COLOR: "1",
    },
  });
}

/** Sorts stdout into our messages and the function's own lines; calls back with each message. */
function readMessages(
  child: { stdout: Readable; stderr: Readable },
  log: WriteStream,
  on: (m: Message) => void,
): void {
  child.stderr.pipe(log);
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith(marker)) on(JSON.parse(line.slice(marker.length)) as Message);
    else log.write(`${line}\n`);
  });
}

function waitForPort(child: ChildProcess, ready: Promise<number>): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), bootTimeoutMs);
    const settle = (port: number | null): void => {
      clearTimeout(timer);
      resolve(port);
    };
    child.once("error", reject);
    child.once("exit", () => settle(null));
    ready.then(settle, reject);
  });
}

/** Starts Deno on one function. Null when it ends or stays silent instead of serving; its log file says why. */
export async function startWorker(options: WorkerOptions): Promise<FunctionWorker | null> {
  const log = createWriteStream(options.logFile, { flags: "a", mode: 0o600 });
  const child = spawnDeno(options);
  const { pid } = child;
  if (pid !== undefined) guardPid(pid);
  const backgroundListeners: ((id: number, isRunning: boolean) => void)[] = [];
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    child.once("exit", (_code, signal) => {
      if (pid !== undefined) releasePid(pid);
      resolve(signal);
    });
  });
  const ready = new Promise<number>((resolve) => {
    readMessages(child, log, (message) => {
      if (message.type === "ready") resolve(message.port ?? 0);
      else {
        for (const listener of backgroundListeners) {
          listener(message.id ?? 0, message.type === "background-start");
        }
      }
    });
  });
  const port = await waitForPort(child, ready);
  if (port === null || pid === undefined) {
    child.kill("SIGKILL");
    return null;
  }
  return {
    pid,
    port,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    ended,
    onBackground: (listener) => backgroundListeners.push(listener),
    kill: () => void child.kill("SIGKILL"),
  };
}
