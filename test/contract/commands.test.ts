import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PostgresServer } from "../../dev/postgres/start-postgres.ts";
import { startThrowawayServer } from "../../dev/postgres/throwaway.ts";
import { admitFunctions } from "../../dev/stack/admit-functions.ts";
import { buildFromMigrations } from "../../scripts/db/build-databases.ts";

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(script: string, args: readonly string[]): Promise<Outcome> {
  const path = fileURLToPath(new URL(`../../scripts/${script}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

describe("db:drift on a live database", () => {
  let server: PostgresServer;
  let url: string;

  beforeAll(async () => {
    server = await startThrowawayServer();
    url = await buildFromMigrations(server, "postgres", { defaultPrivileges: "legacy" });
    await admitFunctions(server, "postgres");
  });

  afterAll(() => server?.stop());

  test("passes on one that was deployed and nothing else", async () => {
    expect(await run("db/drift.ts", ["--db-url", url])).toMatchObject({
      code: 0,
      stdout: "The database and the desired state are equal.\n",
    });
  });

  test("fails after a policy was dropped, a grant and an EXECUTE added, with a line for each", async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query("drop policy tenants_select_worker on control_plane.tenants");
    await client.query("grant select on public.memberships to anon");
    await client.query("grant execute on function private.purge_due_tenants() to public");
    await client.end();
    const { code, stdout, stderr } = await run("db/drift.ts", ["--db-url", url]);
    expect(code).toBe(1);
    const lines = stdout.split("\n");
    expect(lines.filter((line) => line.includes('create policy "tenants_select_worker"'))).toHaveLength(1);
    expect(lines).toContain("access, too much: relation public.memberships: anon may select");
    expect(lines).toContain("access, too much: function private.purge_due_tenants(): everybody may execute");
    expect(stderr).toMatch(/^gantry: The database and the desired state differ in \d+ places\n$/);
    expect(stdout + stderr).not.toContain(new URL(url).password);
  });
});

describe("db:run", () => {
  const probe = `
    const { default: pg } = await import("pg");
    const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
    await client.connect();
    const { rows } = await client.query("select current_user as who, count(*)::int as roles from public.roles");
    console.log(JSON.stringify({ ...rows[0], port: client.port }));
    await client.end();
    process.exit(7);`;

  test("gives a command a migrated database, passes its exit code on, and leaves nothing running", async () => {
    const { code, stdout } = await run("db/run.ts", [process.execPath, "--input-type=module", "-e", probe]);
    expect(code).toBe(7);
    const reply = JSON.parse(stdout) as { who: string; roles: number; port: number };
    expect(reply).toMatchObject({ who: "postgres", roles: 4 });
    expect(await isListening(reply.port)).toBe(false);
  });

  test("a command that is killed ends as a shell would end", async () => {
    const { code } = await run("db/run.ts", [process.execPath, "-e", "process.kill(process.pid, 'SIGKILL')"]);
    expect(code).toBe(137);
  });

  test.each([
    [[], "gantry: usage: npm run db:run -- <command> [arguments]\n"],
    [["no-such-command"], "gantry: cannot run no-such-command: spawn no-such-command ENOENT\n"],
  ])("%j is one clear line", async (args, line) => {
    expect(await run("db/run.ts", args)).toEqual({ code: 1, stdout: "", stderr: line });
  });
});

test("db:types: the committed types are what the migrations make", async () => {
  expect(await run("db/types.ts", ["--check"])).toMatchObject({ code: 0, stderr: "" });
});

test("db:advise: the platform's advisors have nothing to say", async () => {
  expect(await run("db/advise.ts", [])).toMatchObject({ code: 0, stderr: "" });
});

describe("the closing line of a run", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "gantry-totals-"));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const passed = { status: "passed" };
  const failed = { status: "failed" };

  test.each([
    ["all passed", [{ status: "passed", assertionResults: [passed, passed] }], "2 passed, 0 failed\n", 0],
    ["one failed", [{ status: "failed", assertionResults: [passed, failed] }], "1 passed, 1 failed\n", 1],
    ["a file did not run", [{ status: "failed", assertionResults: [] }], "0 passed, 1 failed\n", 1],
    ["nothing ran", [], "0 passed, 0 failed\n", 1],
  ])("%s", async (_, testResults, line, code) => {
    const report = join(folder, "report.json");
    await writeFile(report, JSON.stringify({ testResults }));
    expect(await run("check/print-totals.ts", [report])).toEqual({ code, stdout: line, stderr: "" });
  });

  test("there is no report", async () => {
    expect(await run("check/print-totals.ts", [join(folder, "none.json")])).toMatchObject({
      code: 1,
      stdout: "0 passed, 1 failed\n",
    });
  });
});
