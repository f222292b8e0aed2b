import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

async function readParent(pid: number): Promise<{ parent: number; command: string } | null> {
  if (process.platform === "linux") {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => null);
    if (stat === null || command === null) return null;
    return { parent: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]), command };
  }
  const listed = await run("ps", ["-o", "ppid=,command=", "-p", String(pid)]).catch(() => null);
  const found = /^\s*(\d+)\s+(.*)$/s.exec(listed?.stdout ?? "");
  return found ? { parent: Number(found[1]), command: found[2] ?? "" } : null;
}

/**
 * The npm that runs this script, which is our parent or, with a shell between, our grandparent. Null when it was
 * started without npm.
 */
export async function findNpmProcess(): Promise<number | null> {
  let pid = process.ppid;
  for (let level = 0; level < 2; level++) {
    const found = await readParent(pid);
    if (found === null) return null;
    if (/^(npm|npx|pnpm|yarn|bun)\b/.test(found.command) || /npm-cli\.js/.test(found.command)) return pid;
    pid = found.parent;
  }
  return null;
}
