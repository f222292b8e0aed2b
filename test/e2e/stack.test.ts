import { randomUUID } from "node:crypto";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { findFreePort } from "../../dev/process/find-free-port.ts";
import { type Stack, startStack } from "../../dev/stack/start-stack.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let stack: Stack;
let dataDir: string;
const notices: string[] = [];
const password = "correct horse battery staple";

function openClient(key: string, at: Stack = stack): SupabaseClient {
  return createClient(at.apiUrl, key, { auth: { persistSession: false, autoRefreshToken: false } });
}

async function signUp(email = `${randomUUID()}@example.com`): Promise<SupabaseClient> {
  const client = openClient(stack.publishableKey);
  const { error } = await client.auth.signUp({ email, password });
  expect(error).toBeNull();
  return client;
}

async function until(work: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await work())) {
    if (Date.now() > deadline) throw new Error("not within 20 s");
    await sleep(100);
  }
}

async function countTenants(client: SupabaseClient): Promise<number | null> {
  const { data } = await client.from("tenants").select("tenant_id");
  return data?.length ?? null;
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "gantry-stack-"));
  stack = await startStack({
    dataDir,
    port: await findFreePort(),
    onNotice: (line) => notices.push(line),
  });
});

afterAll(async () => {
  await stack.stop();
  await rm(dataDir, { recursive: true, force: true });
});

describe("clients", () => {
  test("someone signs up, is signed in, and sees their own tenant and nobody else's", async () => {
    const [first, second] = [await signUp(), await signUp()];
    const seen = await Promise.all(
      [first, second].map((client) => client.from("tenants").select("tenant_id")),
    );
    expect(seen[0]?.data).toHaveLength(1);
    expect(seen[1]?.data).toHaveLength(1);
    expect(seen[0]?.data).not.toEqual(seen[1]?.data);
  });

  test("someone signs in again, refreshes and is recognised", async () => {
    const email = `${randomUUID()}@example.com`;
    await signUp(email);
    const client = openClient(stack.publishableKey);
    expect((await client.auth.signInWithPassword({ email, password })).error).toBeNull();
    expect((await client.auth.refreshSession()).error).toBeNull();
    expect((await client.auth.getUser()).data.user?.email).toBe(email);
    const wrong = await openClient(stack.publishableKey).auth.signInWithPassword({
      email,
      password: "wrong",
    });
    expect(wrong.error?.status).toBe(400);
  });

  test("REST and auth want a key: none, a wrong one and one sent only as bearer are 401", async () => {
    for (const path of ["/rest/v1/tenants", "/auth/v1/settings"]) {
      const url = `${stack.apiUrl}${path}`;
      expect((await fetch(url)).status).toBe(401);
      expect((await fetch(url, { headers: { apikey: "sb_publishable_wrong" } })).status).toBe(401);
      expect((await fetch(url, { headers: { authorization: `Bearer ${stack.secretKey}` } })).status).toBe(
        401,
      );
    }
    expect((await fetch(`${stack.apiUrl}/auth/v1/settings?apikey=${stack.publishableKey}`)).status).toBe(200);
  });

  test("a body that is too long for auth is 413, and the connection serves on", async () => {
    const headers = { apikey: stack.publishableKey, "content-type": "application/json" };
    const body = JSON.stringify({ email: "a".repeat(11 * 1_048_576) });
    const response = await fetch(`${stack.apiUrl}/auth/v1/signup`, { method: "POST", headers, body });
    expect(response.status).toBe(413);
    expect((await fetch(`${stack.apiUrl}/auth/v1/settings`, { headers })).status).toBe(200);
  });

  test("the publishable key is anon and the secret key service_role", async () => {
    const read = (key: string): Promise<Response> =>
      fetch(`${stack.apiUrl}/rest/v1/rpc/nothing`, {
        headers: { apikey: key, authorization: `Bearer ${key}` },
      });
    expect((await read(stack.publishableKey)).status).toBe(404);
    expect((await read(stack.secretKey)).status).toBe(404);
    const denied = (await openClient(stack.publishableKey).from("memberships").select()).error;
    expect(denied?.code).toBe("42501");
  });

  test("a preflight of a browser is answered without a key", async () => {
    const response = await fetch(`${stack.apiUrl}/rest/v1/tenants`, {
      method: "OPTIONS",
      headers: { origin: "https://app.example", "access-control-request-headers": "apikey,authorization" },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-allow-headers")).toBe("apikey,authorization");
  });

  test("paths that the platform does not have are 404", async () => {
    expect((await fetch(`${stack.apiUrl}/`)).status).toBe(404);
    expect((await fetch(`${stack.apiUrl}/rest/v10/tenants`)).status).toBe(404);
  });
});

describe("database", () => {
  test("the functions' role can log in and see nothing by itself", async () => {
    const client = new pg.Client({ connectionString: stack.edgeDbUrl });
    await client.connect();
    await expect(client.query("select from public.users")).rejects.toMatchObject({ code: "42501" });
    await client.end();
  });

  test("control plane and target are two clusters", async () => {
    const ids = await Promise.all(
      [stack.dbUrl, stack.targetAdminUrl].map(async (connectionString) => {
        const client = new pg.Client({ connectionString });
        await client.connect();
        const { rows } = await client.query<{ id: string }>(
          "select system_identifier::text as id from pg_control_system()",
        );
        await client.end();
        return rows[0]?.id;
      }),
    );
    expect(ids[0]).not.toBe(ids[1]);
  });

  test("the secrets are readable for their owner only", async () => {
    expect((await stat(join(dataDir, "secrets.json"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(stack.postgres.folder, "roles.json"))).mode & 0o777).toBe(0o600);
  });
});

describe("crashes", () => {
  test("PostgREST killed with -9 comes back", async () => {
    const client = await signUp();
    process.kill(stack.postgrestPid(), "SIGKILL");
    await until(async () => (await countTenants(client)) === 1);
    expect(notices.some((line) => line.startsWith("PostgREST ended"))).toBe(true);
  });

  test("Postgres killed with -9 comes back with its data, and everything reconnects", async () => {
    const client = await signUp();
    const { port, pid } = stack.postgres;
    process.kill(pid, "SIGKILL");
    await until(async () => (await countTenants(client)) === 1);
    expect(stack.postgres.port).toBe(port);
    expect(stack.postgres.pid).not.toBe(pid);
    await signUp();
  });

  test("the target killed with -9 comes back", async () => {
    const { pid } = stack.target;
    process.kill(pid, "SIGKILL");
    await until(async () => stack.target.pid !== pid);
    const client = new pg.Client({ connectionString: stack.targetAdminUrl });
    await client.connect();
    await client.end();
  });
});

describe("starting", () => {
  test("a port that is taken is a StackError of one line, and nothing is left behind", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const folder = join(dataDir, "never");
    await expect(startStack({ dataDir: folder, port })).rejects.toThrow(`port ${port} is taken`);
    await expect(stat(folder)).rejects.toThrow("ENOENT");
    await new Promise((resolve) => server.close(resolve));
  });

  test("a folder whose stack runs already is refused, and that stack runs on", async () => {
    await expect(startStack({ dataDir, port: await findFreePort() })).rejects.toThrow("is in use by process");
    expect(await countTenants(await signUp())).toBe(1);
  });

  test("a second stack beside the first is another world; stopped and started it finds its data", async () => {
    const options = { dataDir: join(dataDir, "second"), port: await findFreePort() };
    const second = await startStack(options);
    expect(second.publishableKey).not.toBe(stack.publishableKey);
    const email = `${randomUUID()}@example.com`;
    const { error } = await openClient(second.publishableKey, second).auth.signUp({ email, password });
    expect(error).toBeNull();
    await second.stop();
    const again = await startStack(options);
    expect(again.publishableKey).toBe(second.publishableKey);
    const client = openClient(again.publishableKey, again);
    expect((await client.auth.signInWithPassword({ email, password })).error).toBeNull();
    await again.stop();
  });
});
