import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bootstrapTarget } from "../../dev/platform/bootstrap.ts";
import type { PostgresServer } from "../../dev/postgres/start-postgres.ts";
import { startThrowawayServer } from "../../dev/postgres/throwaway.ts";
import { type Checkout, copyCheckout } from "../fixtures/deploy/copy-checkout.ts";
import { toOperatorEnvironment } from "../fixtures/deploy/deploy-project.ts";
import { readExports, readRunbook } from "../fixtures/deploy/read-runbook.ts";
import { runInCheckout } from "../fixtures/deploy/run-in-checkout.ts";
import { type HostedProject, startHostedProject } from "../fixtures/deploy/start-hosted-project.ts";

/** About the checkout, not about the project; this one is what they would make. */
const isAboutCheckout = (line: string) => /^(git |npm ci$)/.test(line);

let project: HostedProject;
let target: PostgresServer;
let checkout: Checkout;
let environment: Record<string, string>;

beforeAll(async () => {
  [project, target, checkout] = await Promise.all([
    startHostedProject(),
    startThrowawayServer(),
    copyCheckout(),
  ]);
  await bootstrapTarget(target);
  environment = toOperatorEnvironment(project);
});

afterAll(async () => {
  await project?.stop();
  await target?.stop();
  await checkout?.remove();
});

async function runSql(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: project.databaseUrl });
  await client.connect();
  await client.query(text).finally(() => client.end());
}

/** Runs a runbook as it stands; answers with the output of each command line. */
async function follow(name: string): Promise<Map<string, string>> {
  const outputs = new Map<string, string>();
  for (const { kind, text } of await readRunbook(name)) {
    if (kind === "sql") await runSql(text);
    else if (!isAboutCheckout(text)) {
      const { code, output } = await runInCheckout(checkout.root, text, environment);
      expect(code, `${text}\n${output}`).toBe(0);
      outputs.set(text, output);
    }
  }
  return outputs;
}

const readSecrets = async () => parseEnv(await readFile(join(checkout.root, "gantry.env"), "utf8"));
const outputOf = (outputs: Map<string, string>, part: string) =>
  [...outputs].findLast(([line]) => line.includes(part))?.[1] ?? "";

test("deploy.md, from its first line to its last", async () => {
  const exported = await readExports("deploy");
  expect(exported.filter((name) => environment[name] === undefined)).toEqual([]);
  environment.TARGET_ADMIN_URL = target.urlFor("postgres", "postgres");
  const outputs = await follow("deploy");
  expect([...project.api.active].sort()).toEqual(["scheduler", "tenants"]);
  expect(Object.fromEntries(project.api.secrets)).toEqual(await readSecrets());
  expect((await stat(join(checkout.root, "gantry.env"))).mode & 0o777).toBe(0o600);
  expect(outputOf(outputs, "deploy:configure")).toContain("6 changed; everything works.");
  expect(outputOf(outputs, "targets:register")).toMatch(/Target first is ready/);
  expect(outputOf(outputs, "doctor")).toMatch(/\n15 ok, 0 warn, 0 FAIL\n$/);
});

test("upgrade.md, with nothing to upgrade, changes nothing", async () => {
  const outputs = await follow("upgrade");
  expect(outputOf(outputs, "db push")).toContain("up to date");
  expect(outputOf(outputs, "deploy:configure")).toContain("Nothing was changed; everything works.");
});

test("rotate-secrets.md: all three are new, the old master key stays, and everything works", async () => {
  const before = await readSecrets();
  const outputs = await follow("rotate-secrets");
  const after = await readSecrets();
  for (const name of ["GANTRY_DB_URL", "GANTRY_SCHEDULER_SECRET", "GANTRY_MASTER_KEYS"]) {
    expect(after[name]).not.toBe(before[name]);
  }
  expect(after.GANTRY_MASTER_KEYS).toMatch(/^key-2:[^,]+,key-1:[^,]+$/);
  expect(after.GANTRY_MASTER_KEYS?.endsWith(`,${before.GANTRY_MASTER_KEYS}`)).toBe(true);
  expect(Object.fromEntries(project.api.secrets)).toEqual(after);
  expect(outputOf(outputs, "doctor")).toMatch(/\n15 ok, 0 warn, 0 FAIL\n$/);
  const kept = (await readdir(checkout.root)).filter((file) => file.startsWith("gantry.env."));
  expect(kept.length).toBeGreaterThan(0);
  for (const file of kept) expect((await stat(join(checkout.root, file))).mode & 0o777).toBe(0o600);
  for (const output of outputs.values()) expect(output).not.toContain(after.GANTRY_SCHEDULER_SECRET);
});

test("rollback.md: the schedule stops and starts again", async () => {
  const outputs = await follow("rollback");
  expect(outputOf(outputs, "deploy:configure")).toContain("changed    schedule: brought up to date");
});

test("backup-and-restore.md: what is run after a restore leaves a healthy project", async () => {
  const outputs = await follow("backup-and-restore");
  expect(outputOf(outputs, "doctor")).toMatch(/\n15 ok, 0 warn, 0 FAIL\n$/);
});

test("every runbook is followed here, and the README's deployment is the runbook's", async () => {
  const files = await readdir(new URL("../../docs/runbooks/", import.meta.url));
  expect(files.sort()).toEqual([
    "backup-and-restore.md",
    "deploy.md",
    "rollback.md",
    "rotate-secrets.md",
    "upgrade.md",
  ]);
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const section = readme.slice(
    readme.indexOf("## Deploy to a hosted project"),
    readme.indexOf("## Commands"),
  );
  const lines = [...section.matchAll(/^((?:npm|npx|set) .*?)(?: {2,}#.*)?$/gm)].map(([, line]) => line);
  const known = (await readRunbook("deploy")).map(({ text }) => text);
  expect(lines.length).toBeGreaterThan(6);
  expect(lines.filter((line) => !known.includes(line ?? ""))).toEqual([]);
});
