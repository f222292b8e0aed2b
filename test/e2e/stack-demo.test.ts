import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findFreePort } from "../../dev/process/find-free-port.ts";

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "gantry-demo-"));
});

afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(script: string, port: number, ...flags: string[]): Promise<Outcome> {
  const file = fileURLToPath(new URL(`../../dev/${script}`, import.meta.url));
  const args = [file, "--data-dir", dataDir, "--port", String(port), ...flags];
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

test("npm start walks the main job, twice on the same data, and --exit stops the stack after it", async () => {
  const port = await findFreePort();
  for (let round = 0; round < 2; round++) {
    const { code, stdout, stderr } = await run("start.ts", port, "--exit");
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(/succeeded 100 %/);
    expect(stdout).toContain("hello from the tenant's own database");
    expect(stdout).toContain("permission denied for database");
    expect(stdout.trimEnd().endsWith("Done.")).toBe(true);
    expect(stdout).not.toMatch(/postgresql:\/\/tenant_/);
  }
});

/** Identifiers and times differ from run to run, and so does how often the operation was looked at. */
function toOutline(output: string): string[] {
  return output.split("\n").filter((line) => /^(\d\.|Done\.| {5}\d+ )/.test(line));
}

test("the README shows what npm start prints", async () => {
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const shown = readme.match(/<!-- demo:begin -->([\s\S]*)<!-- demo:end -->/)?.[1] ?? "";
  const { stdout } = await run("start.ts", await findFreePort(), "--exit");
  expect(toOutline(shown)).toHaveLength(10);
  expect(toOutline(stdout)).toEqual(toOutline(shown));
});

test("npm run demo without a stack is one line on stderr and exit code 1", async () => {
  const port = await findFreePort();
  const { code, stderr } = await run("demo.ts", port);
  expect(code).toBe(1);
  expect(stderr).toBe(`gantry: no stack answers on http://127.0.0.1:${port}; start one with: npm run dev\n`);
});
