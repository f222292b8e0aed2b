import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";

export interface ToolOutcome {
  readonly isOk: boolean;
  readonly output: string;
}

/** Runs a program of this checkout's node_modules and collects what it prints. */
export async function runTool(root: string, command: string, args: readonly string[]): Promise<ToolOutcome> {
  const path = `${join(root, "node_modules/.bin")}${delimiter}${process.env.PATH ?? ""}`;
  const child = spawn(command, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PATH: path, DO_NOT_TRACK: "1", NO_COLOR: "1" },
    shell: process.platform === "win32",
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { isOk: code === 0, output: `${stdout}${stderr}`.trim() };
}
