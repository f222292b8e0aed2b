import { createHash, randomBytes } from "node:crypto";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../process/make-folder.ts";
import { StackError } from "../process/stack-error.ts";

/** What a local stack made up for itself; kept in `<dataDir>/secrets.json`, readable by its owner only. */
export interface StackSecrets {
  /** sb_publishable_...: what a browser may hold, becomes role anon. */
  readonly publishableKey: string;
  /** sb_secret_...: becomes role service_role. */
  readonly secretKey: string;
  /** HS256 secret of the access tokens. */
  readonly jwtSecret: string;
  /** Bearer of the scheduler tick. */
  readonly schedulerSecret: string;
  /** "id:base64", 32 bytes, the key that wraps the tenants' data keys. */
  readonly masterKeys: string;
}

function createApiKey(kind: "publishable" | "secret"): string {
  const body = `sb_${kind}_${randomBytes(17).toString("base64url").slice(0, 22)}`;
  const checksum = createHash("sha256").update(`gantry-local|${body}`).digest("base64url").slice(0, 8);
  return `${body}_${checksum}`;
}

function createSecrets(): StackSecrets {
  return {
    publishableKey: createApiKey("publishable"),
    secretKey: createApiKey("secret"),
    jwtSecret: randomBytes(48).toString("base64url"),
    schedulerSecret: randomBytes(32).toString("base64url"),
    masterKeys: `local-1:${randomBytes(32).toString("base64")}`,
  };
}

/** Reads the secrets of `dataDir`, or makes them on the first start. The folder is made if missing. */
export async function openSecrets(dataDir: string): Promise<StackSecrets> {
  const file = join(dataDir, "secrets.json");
  await makeFolder(dataDir);
  // Root's Postgres runs as somebody else, who has to pass through to its own folder below.
  if (process.getuid?.() === 0) await chmod(dataDir, 0o711);
  try {
    return JSON.parse(await readFile(file, "utf8")) as StackSecrets;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw new StackError(`${file} is damaged; start with --reset to begin anew`);
    if (code !== "ENOENT") throw new StackError(`cannot use ${dataDir}: ${code}`);
  }
  const secrets = createSecrets();
  await writeFile(file, JSON.stringify(secrets, null, 2), { mode: 0o600, flag: "wx" }).catch(
    (error: NodeJS.ErrnoException) => {
      throw new StackError(`cannot write to ${dataDir}: ${error.code ?? String(error)}`);
    },
  );
  return secrets;
}
