import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("./reaper.sh", import.meta.url));
const guardedPids = new Set<number>();
const guardedFolders = new Set<string>();
let reaper: ChildProcess | null = null;

/**
 * One detached shell per process of ours. It holds the pids of our children and kills them when the pipe to it
 * closes, which is the only sign that also comes when we are killed with -9.
 */
function openReaper(): ChildProcess {
  if (reaper) return reaper;
  const child = spawn("/bin/sh", [script], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  // A reaper that was killed closes the pipe; the exit handler below opens another one.
  child.stdin?.on("error", () => child.kill("SIGKILL"));
  child.once("exit", () => {
    reaper = null;
    if (guardedPids.size > 0) openReaper();
  });
  reaper = child;
  for (const pid of guardedPids) child.stdin?.write(`+${pid}\n`);
  for (const folder of guardedFolders) child.stdin?.write(`d${folder}\n`);
  return child;
}

/** Kill `pid` when this process ends for whatever reason. */
export function guardPid(pid: number): void {
  const child = openReaper();
  guardedPids.add(pid);
  child.stdin?.write(`+${pid}\n`);
}

/** The process has ended; its pid may be given to somebody else now. */
export function releasePid(pid: number): void {
  if (!guardedPids.delete(pid)) return;
  reaper?.stdin?.write(`-${pid}\n`);
}

/** Remove `folder` (a temporary one of ours) when this process ends for whatever reason. */
export function guardFolder(folder: string): void {
  const child = openReaper();
  guardedFolders.add(folder);
  child.stdin?.write(`d${folder}\n`);
}
