import { chmod, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { findFreePort } from "../../dev/process/find-free-port.ts";
import { isProcessAlive } from "../../dev/process/find-process.ts";
import { type Stack, startStack } from "../../dev/stack/start-stack.ts";

// Several of these wait for a limit to be hit.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let stack: Stack;
let folder: string;
let functionsRoot: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gantry-functions-"));
  // Root's server user has to get through.
  await chmod(folder, 0o711);
  functionsRoot = join(folder, "functions");
  await cp(new URL("../fixtures/functions", import.meta.url), functionsRoot, { recursive: true });
  stack = await startStack({
    dataDir: join(folder, "data"),
    port: await findFreePort(),
    functionsRoot,
    tick: false,
    functionLimits: { wallMs: 3_000 },
  });
});

afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

const call = (path: string, init?: RequestInit): Promise<Response> =>
  fetch(`${stack.apiUrl}/functions/v1/${path}`, init);

async function readCode(response: Response): Promise<unknown> {
  return ((await response.json()) as { code?: unknown }).code;
}

describe("what reaches a function", () => {
  test("its own path, no key needed, the caller's address at the end of x-forwarded-for", async () => {
    const response = await call("echo/some/where?x=1", {
      method: "POST",
      headers: { "x-forwarded-for": "203.0.113.7", authorization: "Bearer not-a-key" },
      body: "hello",
    });
    expect(await response.json()).toMatchObject({
      path: "/echo/some/where",
      forwardedFor: "203.0.113.7, 127.0.0.1",
      authorization: "Bearer not-a-key",
      bytes: 5,
    });
  });

  test("a wrong key is refused before the function, a right one is not", async () => {
    expect((await call("echo", { headers: { apikey: "sb_publishable_wrong" } })).status).toBe(401);
    expect((await call("echo", { headers: { authorization: "Bearer sb_secret_wrong" } })).status).toBe(401);
    expect((await call("echo", { headers: { apikey: stack.publishableKey } })).status).toBe(200);
  });

  test("an unknown function is 404, also by a path that climbs out of the folder", async () => {
    expect(await readCode(await call("nobody"))).toBe("NOT_FOUND");
    expect(await readCode(await call("..%2f..%2fetc"))).toBe("NOT_FOUND");
  });

  test("case 29: a refusal arrives within a second although 10 MiB are on their way", async () => {
    await call("echo");
    for (const bytes of [128 * 1024, 1_048_576, 10 * 1_048_576]) {
      const startedAt = performance.now();
      const response = await call("echo/refuse", { method: "POST", body: new Uint8Array(bytes) });
      expect(response.status).toBe(413);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      // The rest of the body is read and dropped, so the connection serves the next request at once.
      expect((await call("echo")).status).toBe(200);
      expect(performance.now() - startedAt).toBeLessThan(1_500);
    }
  });

  test("a body of 11 MiB reaches it whole, a length given or not", async () => {
    const bytes = 11 * 1_048_576;
    const whole = await call("echo", { method: "POST", body: new Uint8Array(bytes) });
    expect(await whole.json()).toMatchObject({ bytes });
    const chunked = new Response(new Uint8Array(bytes)).body;
    const init = { method: "POST", body: chunked, duplex: "half" } as RequestInit;
    expect(await (await call("echo", init)).json()).toMatchObject({ bytes });
  });

  test("a body streams: its first part arrives before its last is made", async () => {
    const response = await call("hungry/stream");
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toBe("one ");
    await reader?.cancel();
  });

  test("the stack's secrets are not readable for it, the project is", async () => {
    const secrets = join(stack.dataDir, "secrets.json");
    expect(await readFile(secrets, "utf8")).toContain(stack.secretKey);
    expect((await call(`hungry/read?file=${encodeURIComponent(secrets)}`)).status).toBe(500);
    expect((await call("hungry/read?file=/etc/passwd")).status).toBe(500);
    expect((await call("hungry/read?file=package.json")).status).toBe(200);
  });
});

describe("limits", () => {
  test("more than two seconds of CPU is 546, and the next request is served", async () => {
    const response = await call("hungry/spin?ms=20000");
    expect(response.status).toBe(546);
    expect(await readCode(response)).toBe("WORKER_LIMIT");
    expect((await call("hungry")).status).toBe(200);
  });

  test("one second of CPU is within the limit, again and again", async () => {
    for (let round = 0; round < 3; round++) {
      expect((await call("hungry/spin?ms=1000")).status).toBe(200);
    }
  });

  test("waiting costs no CPU, but the wall clock ends it with 546", async () => {
    expect((await call("hungry/sleep?ms=2000")).status).toBe(200);
    expect((await call("hungry/sleep?ms=20000")).status).toBe(546);
  });

  test("memory outside the JavaScript heap is counted", async () => {
    expect((await call("hungry/buffers")).status).toBe(546);
  });

  test("memory inside the JavaScript heap is counted", async () => {
    expect((await call("hungry/heap")).status).toBe(546);
  });

  test("work that goes on after the response is held to the same limits", async () => {
    expect((await call("hungry/background")).status).toBe(202);
    const pid = (await stack.functionPid("hungry")) ?? 0;
    for (let round = 0; round < 60 && (await isProcessAlive(pid)); round++) await sleep(100);
    expect(await isProcessAlive(pid)).toBe(false);
    expect((await call("hungry")).status).toBe(200);
  });
});

describe("its process", () => {
  test("killed with -9 while idle: the next request is answered", async () => {
    await call("echo");
    const pid = await stack.killFunction("echo");
    expect((await call("echo")).status).toBe(200);
    expect(await stack.functionPid("echo")).not.toBe(pid);
  });

  test("killed with -9 during a request: that request is told, the next is answered", async () => {
    const pending = call("hungry/sleep?ms=2500");
    await sleep(300);
    await stack.killFunction("hungry");
    const response = await pending;
    expect(response.status).toBe(500);
    expect(await readCode(response)).toBe("WORKER_ERROR");
    expect((await call("hungry")).status).toBe(200);
  });

  test("changed code is served, and a request in flight still gets its answer from the old code", async () => {
    await call("hungry");
    const pending = call("hungry/sleep?ms=1500");
    await sleep(200);
    const entry = join(functionsRoot, "echo/index.ts");
    const code = await readFile(entry, "utf8");
    await writeFile(entry, code.replace("version: 1", "version: 2"));
    await sleep(500);
    expect(await (await call("echo")).json()).toMatchObject({ version: 2 });
    expect((await pending).status).toBe(200);
  });

  test("code that does not start is 503, and starts once it is put right", async () => {
    const entry = join(functionsRoot, "echo/index.ts");
    const code = await readFile(entry, "utf8");
    await writeFile(entry, "this is not code");
    await sleep(500);
    const response = await call("echo");
    expect(response.status).toBe(503);
    expect(await readCode(response)).toBe("BOOT_ERROR");
    await writeFile(entry, code);
    await sleep(500);
    expect((await call("echo")).status).toBe(200);
  });
});
