import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { registerTarget } from "../../../scripts/register-target.ts";
import { type ControlPlane, startControlPlane } from "../../fixtures/provisioning/control-plane.ts";
import { startTargetCluster } from "../../fixtures/provisioning/target-cluster.ts";
import { work } from "../../fixtures/provisioning/work.ts";

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane.stop());

function register(changes: Partial<Parameters<typeof registerTarget>[0]> = {}): Promise<string> {
  return registerTarget({
    databaseUrl: plane.ownerUrl,
    masterKeys: plane.masterKeys,
    name: "local",
    region: "local",
    capacity: 5,
    adminUrl: plane.cluster.adminUrl.reveal(),
    ...changes,
  });
}

const readTargets = () =>
  plane.query(
    "select id, name, region, capacity, host, port, status from control_plane.provisioning_targets",
  );

test("registered again: the same row with the new description, and its databases stay its own", async () => {
  const [before] = await readTargets();
  const id = await register({ region: "elsewhere", capacity: 7 });
  expect(await readTargets()).toEqual([{ ...before, id, region: "elsewhere", capacity: 7 }]);
  expect(id).toBe(before?.id);
  await register();
});

test("the admin URL is sealed: no column holds any of it", async () => {
  const { password } = new URL(plane.cluster.adminUrl.reveal());
  const rows = await plane.query(
    "select row_to_json(t)::text as row from control_plane.provisioning_targets t",
  );
  expect(JSON.stringify(rows)).not.toContain(password);
  expect(JSON.stringify(rows)).toContain("A256GCM.1.");
});

describe("refused", () => {
  test("the cluster that holds Gantry", async () => {
    const adminUrl = plane.server.urlFor("postgres", "postgres");
    await expect(register({ name: "self", adminUrl })).rejects.toMatchObject({ code: "SAME_CLUSTER" });
  });

  test("the same cluster under another name, and another cluster under a name that is taken", async () => {
    await expect(register({ name: "other" })).rejects.toMatchObject({ code: "TARGET_NAME_CONFLICT" });
    const second = await startTargetCluster();
    try {
      const adminUrl = second.adminUrl.reveal();
      await expect(register({ adminUrl })).rejects.toMatchObject({ code: "TARGET_NAME_CONFLICT" });
    } finally {
      await second.server.stop();
    }
  });

  test.each([
    "not a url",
    "mysql://root:hunter2secret@127.0.0.1/x",
    "postgresql://127.0.0.1:1/postgres",
    "postgresql:///postgres",
  ])("%s", async (adminUrl) => {
    const error: unknown = await register({ name: "bad", adminUrl }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "TARGET_URL_INVALID" });
    expect(String(error)).not.toContain("hunter2secret");
  });

  test("a cluster that does not answer", async () => {
    const adminUrl = "postgresql://postgres:hunter2secret@127.0.0.1:1/postgres";
    await expect(register({ name: "gone", adminUrl })).rejects.toMatchObject({ code: "TARGET_UNREACHABLE" });
  });
  test("and nothing of them is stored", async () => {
    expect((await readTargets()).map((row) => row.name)).toEqual(["local"]);
  });
});

test("a cluster that has moved takes the addresses of its databases along", async () => {
  const tenant = await plane.createTenant();
  await plane.request(tenant, "create");
  await work({ db: plane.db, masterKeys: plane.masterKeys });
  await plane.query(
    "update control_plane.tenant_databases set host = 'old.example.test', port = 1 where tenant_id = $1",
    [tenant.id],
  );
  await register();
  const rows = await plane.query(
    "select host, port from control_plane.tenant_databases where tenant_id = $1",
    [tenant.id],
  );
  expect(rows).toEqual([{ host: "127.0.0.1", port: plane.cluster.server.port }]);
});

test("capacity: the sixth tenant is told that there is no room, also when six ask at once", async () => {
  await register({ capacity: 5 });
  const [held] = await plane.query<{ count: number }>(
    "select count(*)::int as count from control_plane.tenant_databases where deleted_at is null",
  );
  const tenants = await Promise.all(Array.from({ length: 6 }, () => plane.createTenant()));
  const results = await Promise.all(tenants.map((tenant) => plane.request(tenant, "create")));
  expect(results.filter((result) => result.ok).length).toBe(5 - (held?.count ?? 0));
  for (const result of results) if (!result.ok) expect(result.error.code).toBe("NO_TARGET_AVAILABLE");
});

describe("npm run targets:register", () => {
  function run(args: string[], env: Record<string, string>): Promise<{ code: number | null; text: string }> {
    const script = fileURLToPath(new URL("../../../scripts/register-target.ts", import.meta.url));
    const child = spawn(process.execPath, [script, ...args], {
      env: { PATH: process.env.PATH ?? "", ...env },
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
    }
    return new Promise((resolve) => child.once("close", (code) => resolve({ code, text })));
  }
  const args = ["--name", "local", "--region", "local", "--capacity", "50"];
  const environment = () => ({
    DATABASE_URL: plane.ownerUrl,
    GANTRY_MASTER_KEYS: plane.masterKeys,
    TARGET_ADMIN_URL: plane.cluster.adminUrl.reveal(),
  });

  test("registers, and says so in one line", async () => {
    const { code, text } = await run(args, environment());
    expect(text).toMatch(/^Target local is ready \([0-9a-f-]{36}\)\.\n$/);
    expect(code).toBe(0);
  });

  test.each([
    ["an unknown option", ["--nmae", "x"], {}],
    ["no capacity", ["--name", "x", "--region", "y"], {}],
    ["a name of many words", ["--name", "My Target", "--region", "y", "--capacity", "1"], {}],
    ["no master keys", args, { GANTRY_MASTER_KEYS: "" }],
    ["a short master key", args, { GANTRY_MASTER_KEYS: `a:${randomBytes(8).toString("base64")}` }],
    ["no answer", args, { TARGET_ADMIN_URL: "postgresql://postgres:hunter2secret@127.0.0.1:1/postgres" }],
  ] as const)(
    "%s: exit code 1, a line that says why, no secret, no stack",
    async (_name, wrongArgs, wrongEnv) => {
      const env = { ...environment(), ...wrongEnv };
      const { code, text } = await run([...wrongArgs], env);
      expect(code).toBe(1);
      expect(text).not.toMatch(/\n\s+at /);
      for (const secret of Object.values(env)) if (secret !== "") expect(text).not.toContain(secret);
      expect(text).not.toContain("hunter2secret");
    },
  );
});
