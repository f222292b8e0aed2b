import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { StackError } from "./stack-error.ts";

async function makeWithParents(folder: string): Promise<void> {
  const isThere = await stat(folder).then(
    (entry) => entry.isDirectory(),
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
  if (isThere) return;
  if (dirname(folder) !== folder) await makeWithParents(dirname(folder));
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    // Somebody else was quicker.
    if (error.code !== "EEXIST") throw error;
  });
}

/**
 * Makes a folder and those above it; a fault is a StackError of one line. Not mkdir's own `recursive`, which never
 * returns in places such as /proc where a parent exists and still nothing can be made.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await makeWithParents(resolve(folder));
  } catch (error) {
    throw new StackError(
      `cannot write to ${folder}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
    );
  }
}
