import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** A folder with these files and nothing else. */
export interface Checkout {
  readonly root: string;
  write(file: string, text: string): Promise<void>;
  git(...args: string[]): Promise<void>;
  remove(): Promise<void>;
}

const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.test", "-c", "commit.gpgsign=false"];

export async function createCheckout(): Promise<Checkout> {
  const root = await mkdtemp(join(tmpdir(), "gantry-checkout-"));
  return {
    root,
    async write(file, text) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), text);
    },
    async git(...args) {
      await promisify(execFile)("git", [...identity, ...args], { cwd: root });
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
