import { execFile } from "node:child_process";
import { basename } from "node:path";
import { promisify } from "node:util";

const separator = "commit";

async function git(root: string, args: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)("git", ["-C", root, ...args], {
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    // No git, no repository or no commit: an unpacked archive has no history that could be out of order.
    const code = (error as { code?: unknown }).code;
    if (code === "ENOENT" || typeof code === "number") return null;
    throw error;
  }
}

/**
 * The files of a folder in the batches in which they came to this branch, oldest first; a merge brings its branch's files
 * at once. What is not committed yet is the last batch. Without a history: no batch.
 */
export async function readAdditions(
  root: string,
  folder: string,
  fileNames: readonly string[],
): Promise<string[][]> {
  const log = await git(root, [
    "log",
    "--first-parent",
    "--diff-merges=first-parent",
    "--diff-filter=A",
    "--no-renames",
    "--name-only",
    "--reverse",
    `--format=${separator}`,
    "--",
    folder,
  ]);
  if (log === null) return [];
  const seen = new Set<string>();
  const batches = log.split(`${separator}\n`).map((block) => {
    const names = block
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => basename(line))
      .filter((name) => !seen.has(name));
    for (const name of names) seen.add(name);
    return names;
  });
  return [...batches, fileNames.filter((name) => !seen.has(name))].filter((batch) => batch.length > 0);
}
