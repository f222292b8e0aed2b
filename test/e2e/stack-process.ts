import { type ChildProcess, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isProcessAlive } from "../../dev/process/find-process.ts";

const script = fileURLToPath(new URL("../../dev/dev.ts", import.meta.url));

/** `npm run dev` in a process of its own, for tests about how it begins and ends. */
export interface StackProcess {
  readonly child: ChildProcess;
  /** Both streams so far. */
  output(): string;
  errors(): string;
  /** Resolves when the output holds the text; throws when the process ended instead. */
  untilOutput(text: string): Promise<void>;
  untilEnd(): Promise<number | null>;
}

const spawned = new Set<ChildProcess>();

/** Ends what a failed test left running. */
export function killSpawned(): void {
  for (const child of spawned) child.kill("SIGKILL");
  spawned.clear();
}

export const upText = "Ctrl-C stops it.";

export interface SpawnOptions {
  readonly flags?: readonly string[];
  readonly nodeFlags?: readonly string[];
}

export function spawnStack(dataDir: string, port: number, options: SpawnOptions = {}): StackProcess {
  const { flags = [], nodeFlags = [] } = options;
  const args = [...nodeFlags, script, "--data-dir", dataDir, "--port", String(port), ...flags];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  spawned.add(child);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    child,
    output: () => out + err,
    errors: () => err,
    async untilOutput(text) {
      while (!out.includes(text)) {
        if (child.exitCode !== null) throw new Error(`the stack ended: ${out}${err}`);
        await sleep(10);
      }
    },
    untilEnd: () => ended,
  };
}

export interface FoundProcess {
  readonly pid: number;
  readonly command: string;
}

/** All living descendants of a process. Linux only. */
export async function findDescendants(root: number): Promise<FoundProcess[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    // A process may end while it is looked at.
    const text = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    parents.set(Number(name), Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]));
  }
  const found = new Set([root]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  found.delete(root);
  return Promise.all(
    [...found].map(async (pid) => ({
      pid,
      command: (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " "),
    })),
  );
}

/** Waits until none of these is alive (a zombie is not), and returns what is left after the time is over. */
export async function untilGone(
  processes: readonly FoundProcess[],
  timeoutMs: number,
): Promise<FoundProcess[]> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const alive = await Promise.all(processes.map(({ pid }) => isProcessAlive(pid)));
    const left = processes.filter((_process, index) => alive[index]);
    if (left.length === 0 || Date.now() > deadline) return left;
    await sleep(100);
  }
}
