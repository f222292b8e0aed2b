import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findFreePort } from "../../dev/process/find-free-port.ts";
import { type Stack, startStack } from "../../dev/stack/start-stack.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

describe("the README's example", () => {
  let dataDir: string;
  let stack: Stack;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "gantry-readme-"));
    stack = await startStack({ dataDir, port: await findFreePort() });
  });
  afterAll(async () => {
    await stack?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  test("is the file in examples/, word for word", async () => {
    const readme = await readFile(join(root, "README.md"), "utf8");
    expect(readme.match(/```ts\n([\s\S]*?)```/)?.[1]).toBe(
      await readFile(join(root, "examples/main-job.ts"), "utf8"),
    );
  });

  test("gets a tenant and its database, twice", async () => {
    const env = { ...process.env, GANTRY_URL: stack.apiUrl, GANTRY_KEY: stack.publishableKey };
    for (let round = 0; round < 2; round += 1) {
      const { stdout } = await run(process.execPath, [join(root, "examples/main-job.ts")], { env });
      expect(stdout).toMatch(/^ready: db_[0-9a-f]{32}\n$/);
    }
  });
});

describe("what the pages refer to exists", async () => {
  const pages = (await readdir(root, { recursive: true })).filter(
    (path) => path.endsWith(".md") && !path.includes("node_modules") && !path.startsWith("."),
  );
  const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };

  test.each(pages)("%s", async (page) => {
    const text = await readFile(join(root, page), "utf8");
    const commands = [...text.matchAll(/npm run ([a-z:-]+)/g)].map((match) => match[1] ?? "");
    expect(commands.filter((name) => !(name in scripts))).toEqual([]);
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? "");
    expect(links.filter((link) => !existsSync(resolve(root, dirname(page), link)))).toEqual([]);
  });
});
