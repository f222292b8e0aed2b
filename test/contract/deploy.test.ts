import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runSupabase } from "../../scripts/db/run-supabase.ts";
import { listFunctions } from "../../scripts/deploy/list-functions.ts";
import { type Checkout, copyCheckout } from "../fixtures/deploy/copy-checkout.ts";
import { type Closure, startClosure } from "../fixtures/deploy/start-closure.ts";
import {
  type ManagementApi,
  startManagementApi,
  type Upload,
} from "../fixtures/deploy/start-management-api.ts";
import { signToken } from "../helpers/people.ts";

const run = promisify(execFile);
const projectRoot = fileURLToPath(new URL("../../", import.meta.url));
const denoBinary = join(dirname(createRequire(import.meta.url).resolve("deno/package.json")), "deno");
const canary = "canary-3f9d2c71";
const jwtSecret = "a-secret-of-a-test-0123456789-abcdef";
const schedulerSecret = "another-secret-of-a-test-0123456789";
const names = await listFunctions();
/** The platform's limit for a bundle is 20 MB, packages included. */
const maxUploadBytes = 1_000_000;

let api: ManagementApi;
let checkout: Checkout;

/** Every file that Deno would load at once or later, by its own reading of the code. */
async function listClosure(name: string): Promise<string[]> {
  const folder = join(projectRoot, "functions", name);
  const { stdout } = await run(
    denoBinary,
    [
      "info",
      "--json",
      "--config",
      join(folder, "deno.json"),
      "--node-modules-dir=manual",
      join(folder, "index.ts"),
    ],
    { maxBuffer: 1e8 },
  );
  const { modules } = JSON.parse(stdout) as { modules: { specifier: string }[] };
  return modules
    .map(({ specifier }) => specifier)
    .filter((specifier) => specifier.startsWith("file:") && !specifier.includes("/node_modules/"))
    .map((specifier) => relative(projectRoot, fileURLToPath(specifier)))
    .sort();
}

const createClaims = () => ({
  sub: randomUUID(),
  role: "authenticated",
  aud: "authenticated",
  exp: Math.floor(Date.now() / 1_000) + 60,
});

function uploadOf(name: string): Upload {
  const upload = api.uploads.get(name);
  if (upload === undefined) throw new Error(`${name} was not uploaded`);
  return upload;
}

beforeAll(async () => {
  [api, checkout] = await Promise.all([startManagementApi(), copyCheckout()]);
  for (const name of names) {
    await checkout.write(`functions/${name}/.env`, `SECRET=${canary}\n`);
    await checkout.write(`functions/${name}/index.test.ts`, `throw new Error("${canary}");\n`);
    await checkout.write(`functions/${name}/tests/index.ts`, `throw new Error("${canary}");\n`);
  }
  await checkout.write("gantry.env", `GANTRY_MASTER_KEYS=${canary}\n`);
  await checkout.write(".gantry/secrets.json", `{ "masterKeys": "${canary}" }\n`);
  const { projectRef, environment } = api;
  const outcome = await runSupabase(["functions", "deploy", "--use-api", "--project-ref", projectRef], {
    root: checkout.root,
    env: environment,
  });
  if (outcome.code !== 0) throw new Error(`${outcome.stdout}${outcome.stderr}`);
});

afterAll(async () => {
  await api?.stop();
  await checkout?.remove();
});

test("one command uploads every function of config.toml and puts it into service", () => {
  expect([...api.uploads.keys()].sort()).toEqual([...names].sort());
  expect([...api.active].sort()).toEqual([...names].sort());
});

describe.each(names)("what is uploaded of %s", (name) => {
  test("is its deno.json and every file that Deno would load, and nothing else", async () => {
    const wanted = [...(await listClosure(name)), `functions/${name}/deno.json`].sort();
    const uploaded = [...uploadOf(name).files.keys()].sort();
    expect(
      wanted.filter((file) => !uploaded.includes(file)),
      "missing",
    ).toEqual([]);
    // The CLI also follows imports of types, which Deno does not load.
    const more = uploaded.filter((file) => !wanted.includes(file));
    expect(
      more.filter((file) => !/^functions\/(_shared|_domains)\/.+\.ts$/.test(file)),
      "too much",
    ).toEqual([]);
  });

  test("holds no secret, no test and no local state", () => {
    for (const [path, bytes] of uploadOf(name).files) {
      expect(path).toMatch(new RegExp(`^functions/(${name}|_shared|_domains)/[\\w./-]+\\.(ts|json)$`));
      expect(path).not.toMatch(/(^|\/)(tests?|node_modules|\.[^/]*)(\/|$)|\.test\.ts$/);
      expect(bytes.includes(canary), path).toBe(false);
    }
  });

  test("says what config.toml says", () => {
    expect(uploadOf(name).metadata).toMatchObject({
      entrypoint_path: `functions/${name}/index.ts`,
      import_map_path: `functions/${name}/deno.json`,
      verify_jwt: false,
    });
  });

  test("is small", () => {
    expect(uploadOf(name).size).toBeLessThan(maxUploadBytes);
  });
});

describe.each(names)("case 111: %s started from an empty folder with the network off", (name) => {
  let closure: Closure;
  let registryHits = 0;
  const registry = createServer((_request, response) => {
    registryHits++;
    response.writeHead(404).end();
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
    const registryUrl = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
    closure = await startClosure(uploadOf(name), {
      GANTRY_DB_URL: "postgresql://gantry_edge:nobody-listens-here@127.0.0.1:1/postgres",
      GANTRY_JWT_SECRET: jwtSecret,
      GANTRY_SCHEDULER_SECRET: schedulerSecret,
      GANTRY_MASTER_KEYS: `test:${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`,
      SUPABASE_URL: "http://127.0.0.1:1",
      NPM_CONFIG_REGISTRY: registryUrl,
      JSR_URL: registryUrl,
    });
  });

  afterAll(async () => {
    await closure?.stop();
    await new Promise((resolve) => registry.close(resolve));
  });

  test("answers health", async () => {
    const response = await fetch(`${closure.url}/${name}/health`);
    expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
  });

  test("refuses a call without a token", async () => {
    for (const headers of [{}, { authorization: "Bearer nonsense" }] as const) {
      const response = await fetch(`${closure.url}/${name}`, { method: "POST", headers });
      expect(response.status).toBe(401);
      expect(response.headers.get("content-type")).toContain("application/problem+json");
    }
  });

  test("has its OpenAPI document with it", async () => {
    const response = await fetch(`${closure.url}/${name}/openapi.json`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ openapi: "3.1.0", info: { title: `Gantry: ${name}` } });
  });

  test("does its work with the packages that its deno.json names, as far as the database", async () => {
    // Loads everything: the token library, the schemas, the use case, the driver. Nothing listens behind it.
    const isScheduler = name === "scheduler";
    const credential = isScheduler ? schedulerSecret : await signToken(createClaims(), jwtSecret);
    const response = await fetch(`${closure.url}/${name}`, {
      method: isScheduler ? "POST" : "GET",
      headers: { authorization: `Bearer ${credential}` },
    });
    expect(response.status, closure.output()).toBe(isScheduler ? 202 : 503);
  });

  test("asked no registry for anything", () => {
    expect(registryHits).toBe(0);
  });
});
