import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * When a process started, in a form that only serves to be compared: pid and start together name one process even
 * after the pid was reused. Null when there is no such process; a zombie counts as none.
 */
export async function readProcessStart(pid: number): Promise<string | null> {
  if (process.platform === "linux") {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
    if (stat === null) return null;
    // The command name may hold spaces and brackets, so fields are counted from the last bracket.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : (fields[19] ?? null);
  }
  const listed = await run("ps", ["-o", "stat=,lstart=", "-p", String(pid)]).catch(() => null);
  const line = listed?.stdout.trim() ?? "";
  return line === "" || line.startsWith("Z") ? null : line.slice(line.indexOf(" ") + 1).trim();
}

/** Whether the process exists and is not a zombie. */
export async function isProcessAlive(pid: number): Promise<boolean> {
  return (await readProcessStart(pid)) !== null;
}
