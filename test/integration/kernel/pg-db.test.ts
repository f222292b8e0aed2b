import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Caller, WorkerScope } from "../../../functions/_shared/auth/caller.ts";
import { createPgDb } from "../../../functions/_shared/db/create-pg-db.ts";
import type { Db, Tx } from "../../../functions/_shared/db/port.ts";
import { fail, ok } from "../../../functions/_shared/errors/result.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/database.ts";
import { type Person, signUp } from "../../helpers/people.ts";

let database: TestDatabase;
let admin: pg.Client;
let db: Db;
let ada: Person;
let ben: Person;

const toCaller = (person: Person, rest: Partial<Caller> = {}): Caller => ({
  userId: person.id,
  claims: person.claims,
  tenantId: null,
  requestId: randomUUID(),
  clientAddress: "203.0.113.7",
  userAgent: "a \\ 'quoted' agent",
  ...rest,
});
const scope: WorkerScope = { requestId: "work-1", tenantId: null, actorId: null };

const settingNames = [
  "role",
  "request.jwt.claims",
  "request.headers",
  "gantry.request_id",
  "gantry.client_address",
  "gantry.user_agent",
  "gantry.actor_id",
  "gantry.key_id",
  "gantry.key_tenant",
  "statement_timeout",
  "TimeZone",
];
const readSettings = async (tx: Tx): Promise<Record<string, string>> => {
  const list = settingNames.map((name) => `current_setting('${name}', true) as "${name}"`).join(", ");
  const [row] = await tx.query<Record<string, string>>(`select ${list}`);
  return row ?? {};
};

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  ada = await signUp(admin, { fullName: "Ada" });
  ben = await signUp(admin, { fullName: "Ben" });
  db = createPgDb({ connectionString: database.edgeUrl, maxConnections: 1 });
});
afterAll(async () => {
  await db.close();
  await admin.end();
  await database.drop();
});

describe("settings", () => {
  it("a caller's transaction has the caller's role, claims, tenant and origin", async () => {
    const tenantId = randomUUID();
    const caller = toCaller(ada, { tenantId });
    const settings = await db.asCaller(caller, async (tx) => ok(await readSettings(tx)));
    if (!settings.ok) throw new Error("not ok");
    expect(settings.value).toMatchObject({
      role: "authenticated",
      "request.headers": JSON.stringify({ "x-tenant-id": tenantId }),
      "gantry.request_id": caller.requestId,
      "gantry.client_address": "203.0.113.7",
      "gantry.user_agent": "a \\ 'quoted' agent",
      "gantry.actor_id": "",
      statement_timeout: "8s",
      TimeZone: "UTC",
    });
    const claims = JSON.parse(settings.value["request.jwt.claims"] ?? "");
    expect(claims).toMatchObject({ sub: ada.id, role: "authenticated" });
    expect(claims).not.toHaveProperty("user_metadata");
  });

  it("the next transaction on the same connection carries over nothing of another tenant's request", async () => {
    const evil = toCaller(ada, { tenantId: randomUUID() });
    await db.asCaller(evil, async (tx) => {
      for (const name of ["gantry.actor_id", "gantry.key_id", "gantry.key_tenant"]) {
        await tx.query("select set_config($1, $2, true)", [name, ben.id]);
      }
      return ok(null);
    });
    const next = await db.asWorker(scope, async (tx) => ok(await readSettings(tx)));
    expect(next).toMatchObject({
      ok: true,
      value: {
        role: "gantry_worker",
        "request.jwt.claims": "",
        "request.headers": "{}",
        "gantry.request_id": "work-1",
        "gantry.client_address": "",
        "gantry.user_agent": "",
        "gantry.actor_id": "",
        "gantry.key_id": "",
        "gantry.key_tenant": "",
      },
    });
  });

  it("even a session-level setting made inside a transaction is overruled by the next one", async () => {
    await db.asCaller(toCaller(ada), async (tx) => {
      await tx.query("select set_config('request.jwt.claims', $1, false)", [JSON.stringify(ben.claims)]);
      await tx.query("select set_config('TimeZone', 'Asia/Tokyo', false)");
      return ok(null);
    });
    const seen = await db.asCaller(toCaller(ada), async (tx) => {
      const rows = await tx.query<{ id: string }>("select id from public.users");
      return ok({ ids: rows.map((row) => row.id), zone: (await readSettings(tx)).TimeZone });
    });
    expect(seen).toEqual({ ok: true, value: { ids: [ada.id], zone: "UTC" } });
  });

  it("every setting of ours made for the whole session is empty again in the next transaction", async () => {
    const names = settingNames.filter((name) => name.startsWith("gantry.") || name.startsWith("request."));
    await db.asWorker(scope, async (tx) => {
      for (const name of names) await tx.query("select set_config($1, $2, false)", [name, ben.id]);
      return ok(null);
    });
    const next = await db.asWorker(scope, async (tx) => ok(await readSettings(tx)));
    expect(JSON.stringify(next)).not.toContain(ben.id);
  });

  it("1,000 alternating transactions of two people on one connection show each their own row", async () => {
    const results = await Promise.all(
      Array.from({ length: 1_000 }, async (_, index) => {
        const person = index % 2 === 0 ? ada : ben;
        const seen = await db.asCaller(toCaller(person), async (tx) =>
          ok((await tx.query<{ id: string }>("select id from public.users")).map((row) => row.id)),
        );
        return seen.ok && seen.value.length === 1 && seen.value[0] === person.id;
      }),
    );
    expect(results.filter(Boolean)).toHaveLength(1_000);
  });

  it("claims with U+0000 and half a surrogate pair do not fail the request", async () => {
    const odd = { ...ada.claims, app_metadata: { note: "a\u0000b\ud800" }, user_metadata: { x: "\u0000" } };
    const seen = await db.asCaller(toCaller(ada, { claims: odd }), async (tx) =>
      ok(await tx.query("select id from public.users")),
    );
    expect(seen).toEqual({ ok: true, value: [{ id: ada.id }] });
  });

  it("a tenant that is no uuid is a bug and never reaches SQL", async () => {
    const caller = toCaller(ada, { tenantId: "x'); drop table public.users; --" });
    await expect(db.asCaller(caller, async () => ok(null))).rejects.toThrow("not a uuid");
  });
});

describe("outcomes", () => {
  const rename = (tx: Tx, name: string) =>
    tx.query("update public.users set full_name = $1 where id = $2", [name, ada.id]);
  const readName = async (): Promise<string> =>
    (await admin.query("select full_name from public.users where id = $1", [ada.id])).rows[0].full_name;

  it("ok commits", async () => {
    await db.asCaller(toCaller(ada), async (tx) => ok(await rename(tx, "Ada L.")));
    expect(await readName()).toBe("Ada L.");
  });

  it("not ok rolls back", async () => {
    const result = await db.asCaller(toCaller(ada), async (tx) => {
      await rename(tx, "Nobody");
      return fail("CONFLICT");
    });
    expect(result).toEqual({ ok: false, error: { code: "CONFLICT" } });
    expect(await readName()).toBe("Ada L.");
  });

  it("a throw rolls back, and the connection works on", async () => {
    const work = db.asCaller(toCaller(ada), async (tx) => {
      await rename(tx, "Nobody");
      throw new Error("a bug");
    });
    await expect(work).rejects.toThrow("a bug");
    expect(await readName()).toBe("Ada L.");
  });

  it("a failed statement that the work ignored is not taken for a commit", async () => {
    const work = db.asCaller(toCaller(ada), async (tx) => {
      await rename(tx, "Nobody");
      await tx.query("select 1/0").catch(() => undefined);
      return ok(null);
    });
    await expect(work).rejects.toThrow("in which a statement had failed");
    expect(await readName()).toBe("Ada L.");
  });

  it("an aborted signal rolls back what was done", async () => {
    const abort = new AbortController();
    const result = await db.asCaller(
      toCaller(ada),
      async (tx) => {
        await rename(tx, "Nobody");
        abort.abort();
        return ok(null);
      },
      { signal: abort.signal },
    );
    expect(result).toEqual({ ok: false, error: { code: "TIMEOUT" } });
    expect(await readName()).toBe("Ada L.");
  });

  it("a read-only transaction refuses writes", async () => {
    const work = db.asCaller(toCaller(ada), async (tx) => ok(await rename(tx, "Nobody")), { readOnly: true });
    await expect(work).rejects.toThrow("25006");
  });

  it("a statement after the transaction is refused", async () => {
    let kept: Tx | undefined;
    await db.asCaller(toCaller(ada), async (tx) => {
      kept = tx;
      return ok(null);
    });
    await expect(kept?.query("select 1")).rejects.toThrow("outside of its transaction");
  });

  it("the login itself may do nothing", async () => {
    const client = new pg.Client({ connectionString: database.edgeUrl });
    await client.connect();
    await expect(client.query("select * from public.users")).rejects.toMatchObject({ code: "42501" });
    await client.end();
  });

  it("a statement that takes too long is a TIMEOUT", async () => {
    const result = await db.asCaller(toCaller(ada), async (tx) => ok(await tx.query("select pg_sleep(5)")), {
      statementTimeoutMs: 50,
    });
    expect(result).toEqual({ ok: false, error: { code: "TIMEOUT" } });
  });

  it("our own SQL errors become their code, status and holder", async () => {
    const holder = { operationId: randomUUID(), kind: "create", startedAt: "2026-01-01" };
    const raise = (status: number, code: string, detail: string) =>
      db.asCaller(toCaller(ada), async (tx) => {
        const call = "select private.raise_problem(p_status => $1, p_code => $2, p_detail => $3)";
        return ok(await tx.query(call, [status, code, detail]));
      });
    expect(await raise(423, "OPERATION_IN_PROGRESS", JSON.stringify(holder))).toMatchObject({
      error: { code: "OPERATION_IN_PROGRESS", holder },
    });
    expect(await raise(409, "LAST_OWNER", '["a","b"]')).toMatchObject({ error: { tenants: ["a", "b"] } });
    await expect(raise(409, "NO_SUCH_CODE", "")).rejects.toThrow("PT409");
  });
});
