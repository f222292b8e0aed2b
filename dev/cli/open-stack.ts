import { ensureClusterIsIdle } from "../postgres/claim-cluster.ts";
import { removeCluster } from "../postgres/place-cluster.ts";
import { type Stack, startStack } from "../stack/start-stack.ts";
import type { CliOptions } from "./parse-stack-options.ts";

const clusters = ["postgres", "target"] as const;

/** Removes what earlier starts left in the folder, unless a stack still runs on it. */
async function resetStack(dataDir: string): Promise<void> {
  for (const name of clusters) await ensureClusterIsIdle(`${dataDir}/${name}`);
  for (const name of clusters) await removeCluster(`${dataDir}/${name}`);
  await removeCluster(dataDir);
}

/** Starts the stack for a person: a line for each step, with the seconds it came at. */
export async function openStack(options: CliOptions): Promise<Stack> {
  const startedAt = performance.now();
  const print = (line: string): void => {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    console.log(`${seconds.padStart(6)} s  ${line}`);
  };
  if (options.isReset) {
    print(`reset ${options.dataDir}`);
    await resetStack(options.dataDir);
  }
  const stack = await startStack({
    dataDir: options.dataDir,
    port: options.port,
    onProgress: print,
    onNotice: (line) => console.error(line),
  });
  print("ready");
  return stack;
}
