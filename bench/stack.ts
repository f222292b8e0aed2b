import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFreePort } from "../dev/process/find-free-port.ts";
import { type BenchResult, toResult } from "./result.ts";

const projectRoot = fileURLToPath(new URL("..", import.meta.url));
const functions = ["tenants", "scheduler"];
const startLimitMs = 120_000;

interface StartedStack {
  readonly readyMs: number;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** Starts the stack as a user does and waits for the line that says it can be used. */
async function startStackProcess(dataDir: string, port: number): Promise<StartedStack> {
  const begun = performance.now();
  const child = spawn(process.execPath, ["dev/dev.ts", "--data-dir", dataDir, "--port", String(port)], {
    cwd: projectRoot,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the stack did not start")), startLimitMs);
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
      if (!output.includes("API URL")) return;
      clearTimeout(timer);
      resolve();
    });
    child.once("exit", (code) => reject(new Error(`the stack ended with ${code}`)));
  });
  return {
    readyMs: performance.now() - begun,
    process: child,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Proportional memory: pages that processes share count once, as the machine pays for them. */
function readFamilyMegabytes(rootPid: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readOrNull(`/proc/${name}/stat`);
    if (stat !== null) parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
  }
  let kilobytes = 0;
  for (const pid of parents.keys()) {
    if (!isDescendant(pid, rootPid, parents)) continue;
    kilobytes += Number(readOrNull(`/proc/${pid}/smaps_rollup`)?.match(/^Pss:\s+(\d+)/m)?.[1] ?? 0);
  }
  return kilobytes / 1024;
}

function isDescendant(pid: number, rootPid: number, parents: ReadonlyMap<number, number>): boolean {
  for (
    let current: number | undefined = pid;
    current !== undefined && current > 1;
    current = parents.get(current)
  ) {
    if (current === rootPid) return true;
  }
  return false;
}

/** A process may end between the listing and the look. */
function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function toLimitResult(name: string, unit: string, values: readonly number[], limit: number): BenchResult {
  return toResult({ name, unit, ours: values, floor: values.map(() => limit), maxRatio: 1 });
}

/** From command to usable stack, and what the idle stack holds; the floor column is the limit we set ourselves. */
export async function run(): Promise<BenchResult[]> {
  const dataDir = await mkdtemp(join(tmpdir(), "gantry-bench-stack-"));
  try {
    const port = await findFreePort();
    const first = await startStackProcess(dataDir, port);
    await first.stop();
    const later: number[] = [];
    const memory: number[] = [];
    for (let round = 0; round < 3; round++) {
      const stack = await startStackProcess(dataDir, port);
      later.push(stack.readyMs / 1_000);
      for (const name of functions) await fetch(`http://127.0.0.1:${port}/functions/v1/${name}/health`);
      if (process.platform === "linux") memory.push(readFamilyMegabytes(stack.process.pid ?? 0));
      await stack.stop();
    }
    return [
      toLimitResult("first start to ready", "s", [first.readyMs / 1_000], 20),
      toLimitResult("later start to ready", "s", later, 6),
      ...(memory.length > 0
        ? [toLimitResult("idle stack, every function started", "MiB", memory, 1024)]
        : []),
    ];
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
