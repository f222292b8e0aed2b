import { createHash } from "node:crypto";
import { chmod, chown, mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { makeFolder } from "../process/make-folder.ts";
import { canUserReach, type ServerUser } from "./server-user.ts";

function hiddenPlaceOf(dataDir: string): string {
  const id = createHash("sha256").update(resolve(dataDir)).digest("hex").slice(0, 16);
  return join("/var/lib/gantry", id);
}

/**
 * Where the server's own files of `dataDir` belong: `<dataDir>/data`, or a folder below /var/lib when root works in a
 * place (its home, usually) that the unprivileged server cannot enter. Makes the folder above it.
 */
export async function placeCluster(dataDir: string, user: ServerUser | null): Promise<string> {
  await makeFolder(dataDir);
  if (user === null) return join(resolve(dataDir), "data");
  await chmod(dataDir, 0o711);
  if (await canUserReach(user, dataDir)) return join(resolve(dataDir), "data");
  const hidden = hiddenPlaceOf(dataDir);
  await makeFolder(hidden);
  await chmod(hidden, 0o711);
  return join(hidden, "data");
}

/** Makes the folder that initdb fills, owned by the server's user. */
export async function makeServerFolder(folder: string, user: ServerUser | null): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (user) await chown(folder, user.uid, user.gid);
}

/** Removes a cluster that is not running, wherever it was placed. */
export async function removeCluster(dataDir: string): Promise<void> {
  await rm(dataDir, { recursive: true, force: true });
  if (process.getuid?.() === 0) await rm(hiddenPlaceOf(dataDir), { recursive: true, force: true });
}
