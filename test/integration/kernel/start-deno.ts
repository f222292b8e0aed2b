import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectRoot = fileURLToPath(new URL("../../../", import.meta.url));
export const denoBinary = join(dirname(createRequire(import.meta.url).resolve("deno/package.json")), "deno");

export interface DenoFunction {
  readonly url: string;
  /** What the process has written so far. */
  output(): string;
  stop(): Promise<void>;
}

/** The functions' own flags: its deno.json, the packages of node_modules, no fetching, and few permissions. */
export function toDenoFlags(name: string): string[] {
  const config = join(projectRoot, "functions", name, "deno.json");
  return ["--cached-only", "--config", config, "--node-modules-dir=manual"];
}

function waitForPort(child: ChildProcess, readOutput: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error(`deno ended: ${readOutput()}`)));
    child.stdout?.on("data", () => {
      const port = /"ready","port":(\d+)/.exec(readOutput())?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
}

/** Serves a function with Deno, the way the local stack does. */
export async function startDeno(name: string, environment: Record<string, string>): Promise<DenoFunction> {
  const denoDir = await mkdtemp(join(tmpdir(), "gantry-deno-"));
  const wrapper = join(projectRoot, "dev/functions/serve-function.ts");
  const entry = join(projectRoot, "functions", name, "index.ts");
  const child = spawn(
    denoBinary,
    [
      ...["run", "--no-prompt", "--quiet", ...toDenoFlags(name)],
      ...["--allow-net", "--allow-env", `--allow-read=${projectRoot}`, wrapper, entry],
    ],
    {
      cwd: projectRoot,
      env: { ...environment, DENO_DIR: denoDir, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => {
      output += String(data);
    });
  }
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    await rm(denoDir, { recursive: true, force: true });
  };
  try {
    const port = await waitForPort(child, () => output);
    return { url: `http://127.0.0.1:${port}`, output: () => output, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
