import { execFile } from "node:child_process";
import { basename } from "node:path";
import { promisify } from "node:util";

const separator = "commit";

const run = promisify(execFile);

/** An unpacked archive, or a repository without a commit, has no history that could be out of order. */
async function hasHistory(root: string): Promise<boolean> {
  try {
    await run("git", ["-C", root, "rev-parse", "--verify", "--quiet", "HEAD"]);
    return true;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code === "ENOENT" || typeof code === "number") return false;
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
  if (!(await hasHistory(root))) return [];
  const { stdout } = await run("git", [
    "-C",
    root,
    "log",
    "--first-parent",
    "--diff-merges=first-parent",
    "--diff-filter=A",
    "--no-renames",
    "--name-only",
    "--reverse",
    `--format=tformat:${separator}`,
    "--",
    folder,
  ]);
  const seen = new Set<string>();
  const batches = stdout.split(`${separator}\n`).map((block) => {
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
