import { appendFile, chmod, copyFile, readFile, rename, writeFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import { StackError } from "../../dev/process/stack-error.ts";

export type Variables = Readonly<Record<string, string | undefined>>;

/** Where operators keep what the functions are given; ignored by git. */
export const defaultEnvFile = "gantry.env";

/** The variables of a file; none when it does not exist. */
export async function readEnvFile(file: string): Promise<Variables> {
  try {
    return parseEnv(await readFile(file, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return {};
    throw new StackError(`cannot read ${file}: ${code ?? String(error)}`);
  }
}

const toLines = (variables: Variables): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${value ?? ""}\n`)
    .join("");

/** Makes a file that only its owner may read. Refuses to replace one: master keys in it may be the only copy. */
export async function createEnvFile(file: string, variables: Variables): Promise<void> {
  await writeFile(file, toLines(variables), { mode: 0o600, flag: "wx" }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") {
        throw new StackError(`${file} exists, and nothing in it was changed; name another with --secrets`);
      }
      throw new StackError(`cannot write ${file}: ${error.code ?? String(error)}`);
    },
  );
}

/** Adds variables to a file, which is closed to everybody but its owner first. */
export async function appendToEnvFile(file: string, variables: Variables): Promise<void> {
  await appendFile(file, "", { mode: 0o600 });
  await chmod(file, 0o600);
  const text = await readFile(file, "utf8");
  const separator = text === "" || text.endsWith("\n") ? "" : "\n";
  await appendFile(file, separator + toLines(variables));
}

/**
 * Gives a variable of the file another value and keeps a copy of the file as it was. Answers with the copy's name.
 * Both are readable by their owner only.
 */
export async function replaceInEnvFile(
  file: string,
  name: string,
  value: string,
  now: Date,
): Promise<string> {
  const text = await readFile(file, "utf8");
  const kept = `${file}.${now.toISOString().replaceAll(/[-:.]/g, "")}`;
  await copyFile(file, kept);
  await chmod(kept, 0o600);
  const lines = text.split("\n").map((line) => (line.startsWith(`${name}=`) ? `${name}=${value}` : line));
  // Written aside and renamed: a crash in between must not lose what may be the only copy of the master keys.
  await writeFile(`${file}.new`, lines.join("\n"), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return kept;
}
