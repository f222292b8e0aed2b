/**
 * CPU time of this process since its start, in milliseconds. Where the runtime does not tell, the wall clock stands in:
 * too much rather than too little, since the platform ends what uses more than its share.
 */
export function readCpuMs(): number {
  const { process } = globalThis as { process?: { cpuUsage?: () => { user: number; system: number } } };
  if (typeof process?.cpuUsage !== "function") return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
