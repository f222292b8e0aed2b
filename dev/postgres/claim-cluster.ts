import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { endProcess } from "../process/end-process.ts";
import { isProcessAlive, readProcessStart } from "../process/find-process.ts";
import { StackError } from "../process/stack-error.ts";

async function readTextOrNull(file: string): Promise<string | null> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
}

/** The process that started the server of this folder, if it is alive still. */
async function findOwner(folder: string): Promise<number | null> {
  const recorded = await readTextOrNull(join(folder, "owner"));
  if (recorded === null) return null;
  const [pid = "", start = ""] = recorded.split("\n");
  return (await readProcessStart(Number(pid))) === start ? Number(pid) : null;
}

/** Throws when a living process has a server on this folder. */
export async function ensureClusterIsIdle(folder: string): Promise<void> {
  const owner = await findOwner(folder);
  if (owner !== null) throw new StackError(`${folder} is in use by process ${owner}`);
}

/** Whether this pid runs the server of this very folder, and is not a stranger who was given its old pid. */
async function isServerOf(pid: number, data: string): Promise<boolean> {
  if (process.platform !== "linux") return isProcessAlive(pid);
  const command = await readTextOrNull(`/proc/${pid}/cmdline`).catch(() => null);
  return command?.split("\0").includes(data) ?? false;
}

/**
 * Makes this process the owner of the cluster in `folder`. A server whose owner was killed is an orphan: it is stopped
 * (its port and settings may not be ours), so that the start that follows finds the folder free.
 */
export async function claimCluster(folder: string, data: string): Promise<void> {
  await ensureClusterIsIdle(folder);
  const postmaster = await readTextOrNull(join(data, "postmaster.pid"));
  const pid = Number(postmaster?.split("\n")[0] ?? "");
  if (pid > 0 && (await isServerOf(pid, data))) {
    await endProcess(pid, [
      { signal: "SIGINT", waitMs: 5_000 },
      { signal: "SIGQUIT", waitMs: 5_000 },
      { signal: "SIGKILL", waitMs: 5_000 },
    ]);
  }
  const start = await readProcessStart(process.pid);
  await writeFile(join(folder, "owner"), `${process.pid}\n${start ?? ""}\n`);
}

/** The server has stopped; somebody else may start it. */
export async function leaveCluster(folder: string): Promise<void> {
  await rm(join(folder, "owner"), { force: true });
}
