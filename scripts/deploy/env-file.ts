import { appendFile, chmod, readFile, writeFile } from "node:fs/promises";
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
