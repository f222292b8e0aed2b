import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { removeCluster } from "../../dev/postgres/place-cluster.ts";
import { findFreePort } from "../../dev/process/find-free-port.ts";
import {
  type FoundProcess,
  findDescendants,
  killSpawned,
  type SpawnOptions,
  spawnStack,
  untilGone,
  upText,
} from "./stack-process.ts";

vi.setConfig({ testTimeout: 60_000 });

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "gantry-process-"));
});

afterEach(async () => {
  killSpawned();
  await rm(dataDir, { recursive: true, force: true });
});

interface UsedStack {
  readonly stack: ReturnType<typeof spawnStack>;
  readonly pid: number;
  readonly processes: FoundProcess[];
}

/** A stack with every function running. */
async function startAndUse(folder = dataDir, options: SpawnOptions = {}): Promise<UsedStack> {
  const port = await findFreePort();
  const stack = spawnStack(folder, port, options);
  await stack.untilOutput(upText);
  for (const name of ["tenants", "scheduler"])
    await fetch(`http://127.0.0.1:${port}/functions/v1/${name}/health`);
  const pid = stack.child.pid ?? 0;
  return { stack, pid, processes: await findDescendants(pid) };
}

async function stop({ stack }: UsedStack): Promise<void> {
  stack.child.kill("SIGTERM");
  expect(await stack.untilEnd()).toBe(0);
}

const readKey = ({ stack }: UsedStack): string | undefined =>
  /Publishable key: (\S+)/.exec(stack.output())?.[1];

describe("nothing is left running", () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    test(`after ${signal}, which ends it with exit code 0`, async () => {
      const { stack, processes } = await startAndUse();
      for (const part of ["/postgres/data", "/target/data", "postgrest", "deno", "reaper.sh"]) {
        expect(processes.filter(({ command }) => command.includes(part))).not.toEqual([]);
      }
      stack.child.kill(signal);
      expect(await stack.untilEnd()).toBe(0);
      expect(stack.errors()).toBe("");
      expect(await untilGone(processes, 1_000)).toEqual([]);
    });
  }

  test("after kill -9, and the next start finds its data", async () => {
    const used = await startAndUse();
    used.stack.child.kill("SIGKILL");
    expect(await untilGone(used.processes, 10_000)).toEqual([]);
    const next = await startAndUse();
    expect(readKey(next)).toBe(readKey(used));
    await stop(next);
  });

  test("after kill -9 at once after which it is started again: the orphans are stopped, not tripped over", async () => {
    const used = await startAndUse();
    used.stack.child.kill("SIGKILL");
    const next = await startAndUse();
    expect(await untilGone(used.processes, 10_000)).toEqual([]);
    await stop(next);
  });

  test("after kill -9 while it starts", async () => {
    const stack = spawnStack(dataDir, await findFreePort());
    await stack.untilOutput("migrations");
    const processes = await findDescendants(stack.child.pid ?? 0);
    stack.child.kill("SIGKILL");
    expect(processes.length).toBeGreaterThan(2);
    expect(await untilGone(processes, 10_000)).toEqual([]);
  });

  test("after Ctrl-C while it starts", async () => {
    const stack = spawnStack(dataDir, await findFreePort());
    await stack.untilOutput("migrations");
    const processes = await findDescendants(stack.child.pid ?? 0);
    stack.child.kill("SIGINT");
    expect(await stack.untilEnd()).toBe(0);
    expect(await untilGone(processes, 1_000)).toEqual([]);
  });

  test("after kill -9 of the npm that started it", async () => {
    const npm = spawn(
      "npm",
      ["run", "dev", "--", "--data-dir", dataDir, "--port", `${await findFreePort()}`],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    let output = "";
    npm.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    while (!output.includes(upText)) await sleep(20);
    const processes = await findDescendants(npm.pid ?? 0);
    npm.kill("SIGKILL");
    expect(await untilGone(processes, 10_000)).toEqual([]);
  });

  test("after kill -9 of the reaper and then of the stack: the reaper had been replaced", async () => {
    const { stack, pid, processes } = await startAndUse();
    const reaper = processes.find(({ command }) => command.includes("reaper.sh"));
    process.kill(reaper?.pid ?? 0, "SIGKILL");
    await sleep(300);
    const now = await findDescendants(pid);
    expect(now.filter(({ command }) => command.includes("reaper.sh"))).toHaveLength(1);
    stack.child.kill("SIGKILL");
    expect(await untilGone(now, 10_000)).toEqual([]);
  });
});

describe("--reset", () => {
  test("begins anew", async () => {
    const first = await startAndUse();
    await stop(first);
    const again = await startAndUse(dataDir, { flags: ["--reset"] });
    await stop(again);
    expect(readKey(again)).toMatch(/^sb_publishable_/);
    expect(readKey(again)).not.toBe(readKey(first));
  });

  test("is refused while the stack runs", async () => {
    const running = await startAndUse();
    const other = spawnStack(dataDir, await findFreePort(), { flags: ["--reset"] });
    expect(await other.untilEnd()).toBe(1);
    expect(other.errors()).toMatch(/^gantry: .* is in use by process \d+\n$/);
    await stop(running);
  });
});

describe("one line on stderr and exit code 1", () => {
  test("for a taken port", async () => {
    const server = createServer();
    const port = await findFreePort();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    const stack = spawnStack(dataDir, port);
    expect(await stack.untilEnd()).toBe(1);
    expect(stack.errors()).toMatch(new RegExp(`^gantry: port ${port} is taken.*\n$`));
    await new Promise((resolve) => server.close(resolve));
  });

  test("for a folder that cannot be made", async () => {
    const file = join(dataDir, "file");
    await writeFile(file, "");
    const stack = spawnStack(join(file, "below"), await findFreePort());
    expect(await stack.untilEnd()).toBe(1);
    expect(stack.errors()).toMatch(/^gantry: cannot write to .*: ENOTDIR\n$/);
  });

  test("for a place where nobody can write, root included", async () => {
    const stack = spawnStack("/proc/gantry", await findFreePort());
    expect(await stack.untilEnd()).toBe(1);
    expect(stack.errors()).toMatch(/^gantry: cannot write to \/proc\/gantry: \w+\n$/);
  });

  test("for a platform that has no binaries", async () => {
    const pretend = 'data:text/javascript,Object.defineProperty(process,"arch",{value:"mips"})';
    const stack = spawnStack(dataDir, await findFreePort(), { nodeFlags: ["--import", pretend] });
    expect(await stack.untilEnd()).toBe(1);
    expect(stack.errors()).toMatch(/^gantry: unsupported platform linux-mips.*\n$/);
  });

  test("for a flag it does not know", async () => {
    const stack = spawnStack(dataDir, await findFreePort(), { flags: ["--frobnicate"] });
    expect(await stack.untilEnd()).toBe(1);
    expect(stack.errors()).toMatch(/^gantry: .*--frobnicate.*\n$/);
  });
});

test.runIf(process.getuid?.() === 0)(
  "a folder below one that only root may enter works all the same",
  async () => {
    const closed = join(dataDir, "closed");
    await mkdir(closed);
    await chmod(closed, 0o700);
    const folder = join(closed, "data");
    const used = await startAndUse(folder);
    const server = used.processes.find(({ command }) => command.includes("/var/lib/gantry/"));
    const hidden = / -D (\S+)/.exec(server?.command ?? "")?.[1] ?? "";
    await stop(used);
    await stop(await startAndUse(folder, { flags: ["--reset"] }));
    await removeCluster(join(folder, "postgres"));
    await removeCluster(join(folder, "target"));
    await expect(stat(hidden)).rejects.toThrow("ENOENT");
  },
);
