import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { listFiles } from "../../../scripts/check/list-files.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const biome = join(root, "node_modules/@biomejs/biome/bin/biome");

/** Ways out of the process that a hurried author might take. */
const ways = [
  'import pg from "pg";\nexport const a = pg;\n',
  'import { Agent } from "undici";\nexport const a = Agent;\n',
  'import { connect } from "node:net";\nexport const a = connect;\n',
  'import { connect } from "node:tls";\nexport const a = connect;\n',
  'import { request } from "node:https";\nexport const a = request;\n',
  'import { lookup } from "node:dns/promises";\nexport const a = lookup;\n',
  'export const a = () => import("undici");\n',
  "export const a = (url: string) => fetch(url);\n",
  "export const a = () => Deno.connect({ port: 1 });\n",
  "export const a = (url: string) => new WebSocket(url);\n",
];
const globals = ways.filter((text) => !text.includes("import"));
const places = [
  "functions/_domains/x",
  "functions/_shared/http",
  "functions/tenants/routes",
  "functions/tenants",
];
const homes = ["functions/_shared/egress", "functions/_shared/db"];

let folder: string;
let faults: ReadonlyMap<string, readonly string[]>;

const toFile = (place: string, at: number): string => `${place}/way-${at}.ts`;

interface Report {
  readonly diagnostics: readonly { category: string; location: { path: string | { file: string } } }[];
}

async function lint(): Promise<Map<string, string[]>> {
  const given = ["lint", "--vcs-enabled=false", "--reporter=json", "--max-diagnostics=none", "."];
  const output = await new Promise<string>((resolve) => {
    // It ends with 1 because it finds what was planted.
    execFile(process.execPath, [biome, ...given], { cwd: folder }, (_, stdout) => resolve(stdout));
  });
  const found = new Map<string, string[]>();
  for (const { category, location } of (JSON.parse(output) as Report).diagnostics) {
    const path = typeof location.path === "string" ? location.path : location.path.file;
    found.set(path, [...(found.get(path) ?? []), category]);
  }
  return found;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gantry-lint-"));
  await cp(join(root, "biome.json"), join(folder, "biome.json"));
  for (const place of [...places, ...homes]) {
    for (const [at, text] of ways.entries()) {
      const file = join(folder, toFile(place, at));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }
  faults = await lint();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const isFound = (file: string): boolean =>
  (faults.get(file) ?? []).some((category) => category.startsWith("lint/style/noRestricted"));

it.each(places)("in %s lint finds every way to connect past the egress", (place) => {
  const missed = ways.filter((_, at) => !isFound(toFile(place, at)));
  expect(missed).toEqual([]);
});

it.each(homes)("%s may import clients, and no more", (home) => {
  const found = ways.filter((_, at) => isFound(toFile(home, at)));
  expect(found).toEqual(globals);
});

it("one place is excepted, the wake-up call to the operator's own scheduler; no other way around is taken", async () => {
  const around =
    /\b(globalThis|self|window)\s*(\.|\[)\s*["']?(fetch|Deno|WebSocket)|noRestricted(Globals|Imports)/;
  const files = (await listFiles(root)).filter(
    (file) => file.startsWith("functions/") && file.endsWith(".ts"),
  );
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), "utf8")));
  const taken = files.filter((_, at) => around.test(texts[at] ?? ""));
  expect(taken).toEqual(["functions/_shared/http/create-services.ts"]);
});
