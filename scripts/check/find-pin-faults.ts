import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Finding } from "./finding.ts";
import { listFiles } from "./list-files.ts";

async function readJson(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
}

function findFaults(
  file: string,
  imports: Record<string, string>,
  versions: Record<string, string>,
): Finding[] {
  return Object.entries(imports).flatMap(([name, target]) => {
    if (!target.startsWith("npm:")) return [];
    const wanted = `npm:${name}@${versions[name] ?? "?"}`;
    if (target === wanted) return [];
    return [{ level: "fault" as const, code: null, file, message: `${target} should be ${wanted}` }];
  });
}

/** Deno refuses to start a function whose pin is not what node_modules holds; each pin is package.json's version. */
export async function findPinFaults(root: string): Promise<Finding[]> {
  const { dependencies } = await readJson(join(root, "package.json"));
  const versions = (dependencies ?? {}) as Record<string, string>;
  const files = (await listFiles(root)).filter((file) => /^(functions\/[^/]+\/)?deno\.json$/.test(file));
  const faults = await Promise.all(
    files.map(async (file) => {
      const { imports } = await readJson(join(root, file));
      return findFaults(file, (imports ?? {}) as Record<string, string>, versions);
    }),
  );
  return faults.flat();
}
