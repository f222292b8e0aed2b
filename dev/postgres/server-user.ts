import { readFile, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { StackError } from "../process/stack-error.ts";

/** Whom Postgres runs as. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Postgres refuses to run as root, so root starts it as `postgres` or, where there is no such user, as `nobody`:
 * initdb needs an entry in the user table. Null for an ordinary user: the server runs as that user.
 */
export async function findServerUser(): Promise<ServerUser | null> {
  if (process.getuid?.() !== 0) return null;
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n");
  for (const name of ["postgres", "nobody"]) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(":");
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new StackError("root cannot run Postgres and there is no user postgres or nobody to run it as");
}

/** Whether `user` may enter the folder and every folder above it. */
export async function canUserReach(user: ServerUser, folder: string): Promise<boolean> {
  let current = await realpath(folder);
  for (;;) {
    const entry = await stat(current);
    const enter = entry.uid === user.uid ? 0o100 : entry.gid === user.gid ? 0o010 : 0o001;
    if ((entry.mode & enter) === 0) return false;
    const parent = dirname(current);
    if (parent === current) return true;
    current = parent;
  }
}
