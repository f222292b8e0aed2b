import { randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The passwords of a local cluster's login roles, kept beside it in a file that only its owner may read. */
export interface RolePasswords {
  get(role: string): string | undefined;
  set(role: string, password: string): Promise<void>;
}

/** 32 random bytes as text that needs no escaping in a URL. */
export function createPassword(): string {
  return randomBytes(32).toString("base64url");
}

export async function openRolePasswords(folder: string): Promise<RolePasswords> {
  const file = join(folder, "roles.json");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "{}";
    throw error;
  });
  const known = new Map(Object.entries(JSON.parse(text) as Record<string, string>));
  return {
    get: (role) => known.get(role),
    async set(role, password) {
      known.set(role, password);
      // Written aside and renamed: a crash in between must not lose the superuser's password.
      await writeFile(`${file}.new`, JSON.stringify(Object.fromEntries(known), null, 2), { mode: 0o600 });
      await rename(`${file}.new`, file);
    },
  };
}
