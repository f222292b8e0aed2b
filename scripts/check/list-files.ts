import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";

const skipped = new Set(["node_modules", ".git", ".gantry", ".temp", "coverage"]);

/** All files of a checkout that people wrote or generated, as paths with forward slashes relative to `root`. */
export async function listFiles(root: string, folder: string = root): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter((entry) => !skipped.has(entry.name))
      .map((entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) return listFiles(root, path);
        return entry.isFile() ? [relative(root, path).replaceAll(sep, "/")] : [];
      }),
  );
  return found.flat().sort();
}
