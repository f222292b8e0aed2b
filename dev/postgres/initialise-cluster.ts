import { spawn } from "node:child_process";
import { chown, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { StackError } from "../process/stack-error.ts";
import type { PostgresBinaries } from "./find-binaries.ts";
import { makeServerFolder } from "./place-cluster.ts";
import { createPassword, type RolePasswords } from "./role-passwords.ts";
import type { ServerUser } from "./server-user.ts";

interface InitialiseOptions {
  readonly binaries: PostgresBinaries;
  /** Where the server's files go. */
  readonly data: string;
  readonly user: ServerUser | null;
  readonly passwords: RolePasswords;
  readonly fsync: boolean;
}

async function runInitdb(options: InitialiseOptions, target: string, passwordFile: string): Promise<void> {
  const ctype = process.platform === "darwin" ? "en_US.UTF-8" : "C.UTF-8";
  const args = [
    ...["--pgdata", target, "--username", "supabase_admin", "--pwfile", passwordFile],
    ...["--auth", "scram-sha-256", "--encoding", "UTF8", "--no-instructions"],
    // The builtin provider sorts the same on every machine; the libc ctype is for pg_trgm, which still asks it.
    ...["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C", "--lc-ctype", ctype],
    ...(options.fsync ? [] : ["--no-sync"]),
  ];
  const child = spawn(options.binaries.initdb, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH ?? "", TZ: "UTC" },
    ...(options.user ?? {}),
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [code, , stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (code !== 0) throw new StackError(`initdb failed: ${stderr.trim().split("\n").slice(-3).join(" | ")}`);
}

/** Makes the data folder when it is not there yet. It appears whole or not at all. */
export async function initialiseCluster(options: InitialiseOptions): Promise<void> {
  const { data } = options;
  const isThere = await stat(join(data, "PG_VERSION")).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  const half = `${data}.half`;
  await rm(half, { recursive: true, force: true });
  await makeServerFolder(half, options.user);
  const password = createPassword();
  const secret = await mkdtemp(`${data}.secret-`);
  try {
    const passwordFile = join(secret, "password");
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (options.user) {
      await chown(secret, options.user.uid, options.user.gid);
      await chown(passwordFile, options.user.uid, options.user.gid);
    }
    await runInitdb(options, half, passwordFile);
  } finally {
    await rm(secret, { recursive: true, force: true });
  }
  await options.passwords.set("supabase_admin", password);
  await rename(half, data);
}
