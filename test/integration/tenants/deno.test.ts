import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../helpers/database.ts";
import { type Person, signUp } from "../../helpers/people.ts";
import { type DenoFunction, denoBinary, projectRoot, startDeno, toDenoFlags } from "../kernel/start-deno.ts";
import { createEnvironment, signClaims } from "../kernel/test-app.ts";

const run = promisify(execFile);

describe("the tenants function under Deno", () => {
  let database: TestDatabase;
  let admin: pg.Client;
  let deno: DenoFunction;
  let ada: Person;
  let token: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    ada = await signUp(admin, { fullName: "Ada" });
    token = await signClaims(ada.id);
    deno = await startDeno("tenants", createEnvironment(database.edgeUrl));
  });
  afterAll(async () => {
    await deno.stop();
    await admin.end();
    await database.drop();
  });

  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${deno.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...init.headers },
    });

  it("creates, reads, renames and lists a tenant against the real database", async () => {
    const created = await call("/tenants", { method: "POST", body: JSON.stringify({ name: "deno" }) });
    expect(created.status).toBe(201);
    const { tenantId } = (await created.json()) as { tenantId: string };
    const body = JSON.stringify({ displayName: "Käse 🧀" });
    expect((await call(`/tenants/${tenantId}`, { method: "PATCH", body })).status).toBe(200);
    const listed = (await (await call("/tenants")).json()) as { items: { displayName: string }[] };
    expect(listed.items).toHaveLength(2);
    expect(listed.items[0]?.displayName).toBe("Käse 🧀");
    const { rows } = await admin.query("select actor_id from public.audit_logs where tenant_id = $1", [
      tenantId,
    ]);
    expect(rows.every((row) => row.actor_id === ada.id)).toBe(true);
  });

  it("50 requests at once are all answered", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => call("/tenants/me")));
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 50 }, () => 200));
    await Promise.all(answers.map((answer) => answer.text()));
  });

  it("serves its committed OpenAPI document", async () => {
    const file = await readFile(join(projectRoot, "functions/tenants/openapi.json"), "utf8");
    expect(await (await call("/tenants/openapi.json")).json()).toEqual(JSON.parse(file));
  });

  it("11 MB are refused, with and without a length", async () => {
    const big = "x".repeat(11 * 1_048_576);
    const stated = await call("/tenants", { method: "POST", body: big });
    expect(stated.status).toBe(413);
    const chunked = await call("/tenants", {
      method: "POST",
      body: new Blob([big]).stream(),
      duplex: "half",
    } as RequestInit);
    expect(chunked.status).toBe(413);
  });

  it("case 29: 10 MiB announced, 1 KB sent: 401 within a second", async () => {
    const { port } = new URL(deno.url);
    const status = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), "127.0.0.1", () => {
        const head =
          "POST /tenants HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10485760";
        socket.write(`${head}\r\n\r\n${"x".repeat(1_024)}`);
      });
      socket.setTimeout(1_000, () => socket.destroy(new Error("no answer within a second")));
      socket.once("data", (data) => {
        resolve(String(data).split("\r\n")[0] ?? "");
        socket.destroy();
      });
      socket.on("error", reject);
    });
    expect(status).toContain("401");
  });

  it("a killed backend is no 500, and the next request works", async () => {
    await admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'gantry_edge' and datname = $1",
      [database.name],
    );
    const answers = [await call("/tenants/me"), await call("/tenants/me")];
    expect([200, 503]).toContain(answers[0]?.status);
    expect(answers[1]?.status).toBe(200);
  });

  it("its log is JSON lines that hold neither the token nor an address of a person", async () => {
    expect(deno.output()).toContain('"event":"request"');
    expect(deno.output()).not.toContain(token);
    expect(deno.output()).not.toContain(ada.email ?? "@");
  });
});

describe("an unusable environment", () => {
  it("ends the start, names every variable, and shows no value", async () => {
    const start = startDeno("tenants", { GANTRY_JWT_SECRET: "canary5f2e91" });
    await expect(start).rejects.toThrow(/GANTRY_DB_URL is missing.*GANTRY_JWT_SECRET has fewer/s);
    await expect(start).rejects.not.toThrow("canary5f2e91");
  });
});

describe("what is loaded before a request is let in", () => {
  interface Module {
    readonly specifier: string;
    readonly size?: number;
    readonly dependencies?: readonly {
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier?: string };
    }[];
  }

  for (const name of ["tenants", "scheduler"]) {
    it(`${name}: at most 150 KB, without schema library, driver and token library`, async () => {
      const entry = join(projectRoot, "functions", name, "index.ts");
      const flags = toDenoFlags(name).filter((flag) => flag !== "--cached-only");
      const { stdout } = await run(denoBinary, ["info", "--json", ...flags, entry], { maxBuffer: 1e8 });
      const graph = JSON.parse(stdout) as { roots: string[]; modules: Module[] };
      const bySpecifier = new Map(graph.modules.map((module) => [module.specifier, module]));
      const eager = new Set<string>();
      const visit = (specifier: string): void => {
        if (eager.has(specifier)) return;
        eager.add(specifier);
        for (const { isDynamic, code } of bySpecifier.get(specifier)?.dependencies ?? []) {
          if (isDynamic !== true && code?.specifier !== undefined) visit(code.specifier);
        }
      };
      for (const root of graph.roots) visit(root);
      const own = [...eager].reduce((sum, specifier) => sum + (bySpecifier.get(specifier)?.size ?? 0), 0);
      // Packages come without a size; the router is the only one.
      const packages = [...eager].filter((specifier) => specifier.includes("node_modules"));
      expect(packages).toEqual([expect.stringContaining("/hono/dist/router/trie-router/")]);
      const router = 15_000;
      expect(own + router).toBeLessThan(150_000);
      expect([...eager].filter((specifier) => /\/(routes|_domains)\//.test(specifier))).toEqual([]);
    });
  }
});
