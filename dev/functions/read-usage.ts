import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
/** The kernel's USER_HZ, 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;
const pageBytes = 4096;

export interface ProcessUsage {
  /** CPU time of all threads since the process began. */
  readonly cpuMs: number;
  /** Resident memory. */
  readonly rssBytes: number;
}

/** "[[dd-]hh:]mm:ss[.cc]" as ps prints it. */
function parseCpuTime(text: string): number {
  const [days, clock] = text.includes("-") ? text.split("-") : ["0", text];
  const seconds = (clock ?? "").split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return (Number(days) * 86_400 + seconds) * 1_000;
}

/** What a process has used so far, or null when it is gone. */
export async function readUsage(pid: number): Promise<ProcessUsage | null> {
  if (process.platform === "linux") {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
    if (stat === null) return null;
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { cpuMs: (ticks * 1_000) / ticksPerSecond, rssBytes: Number(fields[21]) * pageBytes };
  }
  const listed = await run("ps", ["-o", "time=,rss=", "-p", String(pid)]).catch(() => null);
  const [time, rss] = listed?.stdout.trim().split(/\s+/) ?? [];
  if (time === undefined || rss === undefined) return null;
  return { cpuMs: parseCpuTime(time), rssBytes: Number(rss) * 1024 };
}
