import { randomBytes, randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { signToken } from "../../helpers/people.ts";
import { type IdempotencyWorld, startIdempotencyWorld } from "./idempotency-world.ts";
import { type DenoFunction, startDeno } from "./start-deno.ts";
import { createEnvironment, jwtSecret } from "./test-app.ts";

let world: IdempotencyWorld;
let environment: Record<string, string>;
/** A tenant of its own for each test: only one operation of a tenant runs at a time. */
let tenantId: string;

beforeAll(async () => {
  world = await startIdempotencyWorld();
  environment = createEnvironment(world.database.edgeUrl);
  await world.admin.query(`
    create table public.fault (statement text);
    create function public.strike() returns trigger language plpgsql security definer as $$
    begin
      if (select statement from public.fault) = 'fail' then raise exception 'fault'; end if;
      if (select statement from public.fault) = 'hang' then perform pg_sleep(60); end if;
      return new;
    end $$;
    create trigger strike before update of sealed_answer on control_plane.idempotency_keys
      for each row execute function public.strike();
  `);
});
beforeEach(async () => {
  await setFault(null);
  const made = await world.call("/tenants", { method: "POST", as: world.ada, json: { name: newName() } });
  tenantId = made.body.tenantId;
});
afterAll(() => world.stop());

const newName = () => `t-${randomUUID()}`;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const databases = () => `/tenants/${tenantId}/databases`;
const countTenants = (name: string) => world.count("control_plane.tenants where name = $1", [name]);
const countDatabases = () => world.count("control_plane.tenant_databases where tenant_id = $1", [tenantId]);
const countOperations = () => world.count("public.provisioning_operations where tenant_id = $1", [tenantId]);

/** What happens to the statement that writes an answer down: the boundary between effect and record. */
async function setFault(statement: "fail" | "hang" | null): Promise<void> {
  await world.admin.query("delete from public.fault");
  if (statement !== null) await world.admin.query("insert into public.fault values ($1)", [statement]);
}

async function waitUntil(check: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await check()) return;
    await sleep(25);
  }
  throw new Error("did not come to pass");
}

/** Holds the tenant's row, so that whoever asks for a database waits. */
async function holdTenant(): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: world.database.adminUrl });
  await client.connect();
  await client.query("begin");
  await client.query("select from control_plane.tenants where tenant_id = $1 for update", [tenantId]);
  return async () => {
    await client.query("commit");
    await client.end();
  };
}

/** Ends sessions of functions at the server, which goes on with a statement although its client is gone. */
async function endSessions(condition: string): Promise<void> {
  await world.admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = 'gantry_edge' and ${condition}`,
    [world.database.name],
  );
}

const isSomebodyWaiting = async () =>
  (await world.count(
    "pg_stat_activity where datname = $1 and usename = 'gantry_edge' and wait_event_type = 'Lock'",
    [world.database.name],
  )) > 0;

async function sendTo(deno: DenoFunction, path: string, key: string, json: unknown, signal?: AbortSignal) {
  const token = await signToken(world.ada.claims, jwtSecret);
  const response = await fetch(`${deno.url}${path}`, {
    method: "POST",
    body: JSON.stringify(json),
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "idempotency-key": key,
    },
    ...(signal === undefined ? {} : { signal }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe("between effect and record", () => {
  it("the record fails: the caller has the answer all the same, and the repetition the same one", async () => {
    const [key, json] = [randomUUID(), { name: newName() }];
    await setFault("fail");
    const first = await world.send("/tenants", world.ada, key, json);
    expect(first.status).toBe(201);
    expect(world.logLines.some((line) => line.includes("idempotent-answer-not-stored"))).toBe(true);
    await setFault(null);
    await world.endLease(key);
    const second = await world.send("/tenants", world.ada, key, json);
    expect(second.status).toBe(201);
    expect(second.text).toBe(first.text);
    const third = await world.send("/tenants", world.ada, key, json);
    expect(third.headers.get("idempotent-replayed")).toBe("true");
    expect(third.text).toBe(first.text);
    expect(await countTenants(json.name)).toBe(1);
  });

  it("kill -9: one tenant and one database, found again by the next process when the lease has ended", async () => {
    const requests = [
      { path: "/tenants", json: { name: newName() }, key: randomUUID(), status: 201 },
      { path: databases(), json: { name: "main" }, key: randomUUID(), status: 202 },
    ];
    await setFault("hang");
    const killed = await startDeno("tenants", environment);
    const lost = requests.map(({ path, key, json }) => sendTo(killed, path, key, json).catch(() => "lost"));
    await waitUntil(async () => {
      const made = await countTenants(requests[0]?.json.name ?? "");
      return made === 1 && (await countOperations()) === 1;
    });
    await killed.stop();
    expect(await Promise.all(lost)).toEqual(["lost", "lost"]);
    await setFault(null);
    await endSessions("state = 'active'");

    const next = await startDeno("tenants", environment);
    try {
      for (const { path, key, json, status } of requests) {
        const early = await sendTo(next, path, key, json);
        expect(early.status).toBe(409);
        expect(early.headers.get("retry-after")).toBe("1");
        await world.endLease(key);
        const again = await sendTo(next, path, key, json);
        expect(again.status).toBe(status);
        expect(again.headers.get("idempotent-replayed")).toBeNull();
        const replayed = await sendTo(next, path, key, json);
        expect(replayed.text).toBe(again.text);
        expect(replayed.headers.get("idempotent-replayed")).toBe("true");
      }
    } finally {
      await next.stop();
    }
    expect(await countTenants(requests[0]?.json.name ?? "")).toBe(1);
    expect(await countDatabases()).toBe(1);
    expect(await countOperations()).toBe(1);
    expect(await world.count("public.background_jobs where tenant_id = $1", [tenantId])).toBe(1);
  });
});

it("a lease that has ended is taken over; who comes late finds the same effect and records nothing", async () => {
  const [key, json] = [randomUUID(), { name: "main" }];
  const release = await holdTenant();
  const first = world.send(databases(), world.ada, key, json);
  await waitUntil(isSomebodyWaiting);
  await world.endLease(key);
  const second = world.send(databases(), world.ada, key, json);
  await waitUntil(
    async () =>
      (await world.count("control_plane.idempotency_keys where key = $1 and fence = 2", [key])) === 1,
  );
  await release();
  const answers = await Promise.all([first, second]);
  expect(answers.map((answer) => answer.status)).toEqual([202, 202]);
  expect(answers[0]?.text).toBe(answers[1]?.text);
  expect((await world.send(databases(), world.ada, key, json)).text).toBe(answers[1]?.text);
  expect(world.logLines.some((line) => line.includes("idempotent-request-taken-over"))).toBe(true);
  expect([await countDatabases(), await countOperations()]).toEqual([1, 1]);
});

it("a lost connection is 503, and the repetition need not wait for a lease", async () => {
  const [key, json] = [randomUUID(), { name: "main" }];
  const release = await holdTenant();
  const first = world.send(databases(), world.ada, key, json);
  await waitUntil(isSomebodyWaiting);
  await endSessions("wait_event_type = 'Lock'");
  expect((await first).status).toBe(503);
  await release();
  expect((await world.send(databases(), world.ada, key, json)).status).toBe(202);
  expect([await countDatabases(), await countOperations()]).toEqual([1, 1]);
});

it("case 30: the client gives up, the function goes on; the repetition gets the answer, one database only", async () => {
  const [key, json] = [randomUUID(), { name: "main" }];
  const deno = await startDeno("tenants", environment);
  try {
    const release = await holdTenant();
    const left = sendTo(deno, databases(), key, json, AbortSignal.timeout(1_000));
    await expect(left).rejects.toThrow(/abort|timeout/i);
    const waiting = await sendTo(deno, databases(), key, json);
    expect(waiting.status).toBe(409);
    await release();
    await waitUntil(async () => (await countOperations()) === 1);
    const again = await sendTo(deno, databases(), key, json);
    expect(again.status).toBe(202);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    const operation = (JSON.parse(again.text) as { operation: { id: string } }).operation;
    expect(again.headers.get("location")).toContain(operation.id);
    expect([await countDatabases(), await countOperations()]).toEqual([1, 1]);
  } finally {
    await deno.stop();
  }
});

it("case 106: an answer lost after the create is found by its key, never 'exists already'; master keys may rotate", async () => {
  const [key, json] = [randomUUID(), { name: newName() }];
  await setFault("hang");
  const killed = await startDeno("tenants", environment);
  const lost = sendTo(killed, "/tenants", key, json).catch(() => "lost");
  await waitUntil(async () => (await countTenants(json.name)) === 1);
  await killed.stop();
  expect(await lost).toBe("lost");
  await setFault(null);
  await endSessions("state = 'active'");
  await world.endLease(key);

  const newKey = `next:${randomBytes(32).toString("base64")}`;
  const withRing = async (ring: string) => {
    const deno = await startDeno("tenants", { ...environment, GANTRY_MASTER_KEYS: ring });
    const answer = await sendTo(deno, "/tenants", key, json);
    await deno.stop();
    return answer;
  };
  const found = await withRing(`${newKey},${environment.GANTRY_MASTER_KEYS}`);
  expect(found.status).toBe(201);
  expect((JSON.parse(found.text) as { name: string }).name).toBe(json.name);
  // Without the key it was compared by, nobody can say whether it is the same request.
  const gone = await withRing(newKey);
  expect(gone.status).toBe(422);
  expect(gone.text).toContain("IDEMPOTENCY_KEY_REUSED");
  expect(await countTenants(json.name)).toBe(1);
});
