import { randomUUID } from "node:crypto";
import net from "node:net";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Caller } from "../../../functions/_shared/auth/caller.ts";
import { createPgDb } from "../../../functions/_shared/db/create-pg-db.ts";
import type { Db } from "../../../functions/_shared/db/port.ts";
import { ok } from "../../../functions/_shared/errors/result.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/database.ts";
import { type Person, signUp } from "../../helpers/people.ts";

let database: TestDatabase;
let admin: pg.Client;
let db: Db;
let ada: Person;

const toCaller = (person: Person, rest: Partial<Caller> = {}): Caller => ({
  userId: person.id,
  claims: person.claims,
  tenantId: null,
  requestId: randomUUID(),
  clientAddress: "203.0.113.7",
  userAgent: "a \\ 'quoted' agent",
  ...rest,
});

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  ada = await signUp(admin, { fullName: "Ada" });
  db = createPgDb({ connectionString: database.edgeUrl, maxConnections: 1 });
});
afterAll(async () => {
  await db.close();
  await admin.end();
  await database.drop();
});

describe("case 19: no value of a row leaves in an error", () => {
  const canary = "canary-7f3a";
  const attempts: Record<string, [sql: string, code: string]> = {
    "a check": [`update public.users set full_name = e'${canary}\\x01' where id = $1`, "VALIDATION_FAILED"],
    "an unknown uuid": [`select '${canary}'::uuid where $1 is not null`, "VALIDATION_FAILED"],
    "a number out of range": [
      `select ('9999999999' || length('${canary}'))::int, $1::text`,
      "VALIDATION_FAILED",
    ],
    "a refused column": [`update public.users set email = '${canary}' where id = $1`, "FORBIDDEN"],
    "a refused row": [
      `insert into public.settings (tenant_id, key, value) values ($1, 'a.b', '"${canary}"')`,
      "FORBIDDEN",
    ],
  };
  for (const [name, [sql, code]] of Object.entries(attempts)) {
    it(name, async () => {
      const result = await db.asCaller(toCaller(ada), async (tx) => ok(await tx.query(sql, [ada.id])));
      expect(result).toMatchObject({ ok: false, error: { code } });
      expect(JSON.stringify(result)).not.toContain(canary);
    });
  }

  it("an error that means a bug keeps its SQLSTATE and drops its text", async () => {
    const work = db.asCaller(toCaller(ada), async (tx) => ok(await tx.query(`select "${canary}"`)));
    const error = await work.then(
      () => null,
      (thrown: unknown) => thrown as Error,
    );
    expect(error).toMatchObject({ name: "DatabaseError", sqlState: "42703" });
    expect(`${error?.message} ${error?.stack} ${String(error?.cause)}`).not.toContain(canary);
  });
});

describe("case 25: many at once on few connections", () => {
  it("five statements of one transaction that are not awaited one by one all answer", async () => {
    const started = Date.now();
    const result = await db.asCaller(toCaller(ada), async (tx) =>
      ok(await Promise.all([1, 2, 3, 4, 5].map((n) => tx.query<{ n: number }>(`select ${n} as n`)))),
    );
    expect(result.ok && result.value.map((rows) => rows[0]?.n)).toEqual([1, 2, 3, 4, 5]);
    expect(Date.now() - started).toBeLessThan(2_000);
  });

  it("24 transactions on 6 connections all answer", async () => {
    const wide = createPgDb({ connectionString: database.edgeUrl, maxConnections: 6 });
    const work = (n: number) =>
      wide.asCaller(toCaller(ada), async (tx) => {
        await tx.query("select pg_sleep(0.02)");
        return ok((await tx.query<{ n: number }>("select $1::int as n", [n]))[0]?.n);
      });
    const results = await Promise.all(Array.from({ length: 24 }, (_, index) => work(index)));
    expect(results).toEqual(Array.from({ length: 24 }, (_, index) => ({ ok: true, value: index })));
    await wide.close();
  });
});

describe("a broken connection", () => {
  it("killed between two statements: DATABASE_UNAVAILABLE, and the next transaction gets a new one", async () => {
    const result = await db.asCaller(toCaller(ada), async (tx) => {
      const [row] = await tx.query<{ pid: number }>("select pg_backend_pid() as pid");
      await admin.query("select pg_terminate_backend($1)", [row?.pid]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return ok(await tx.query("select 1"));
    });
    expect(result).toMatchObject({ ok: false, error: { code: "DATABASE_UNAVAILABLE" } });
    expect(await db.asCaller(toCaller(ada), async () => ok("again"))).toEqual({ ok: true, value: "again" });
  });

  it("killed while idle in the pool: the next transaction does not notice", async () => {
    await admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'gantry_edge' and datname = $1",
      [database.name],
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await db.asCaller(toCaller(ada), async () => ok("fine"))).toEqual({ ok: true, value: "fine" });
  });

  it("dead in the pool without the pool's knowledge: the transaction begins on another one", async () => {
    const server = await startProxy(new URL(database.edgeUrl));
    const url = new URL(database.edgeUrl);
    url.port = String(server.port);
    const through = createPgDb({ connectionString: url.href, maxConnections: 1 });
    let runs = 0;
    const run = () =>
      through.asCaller(toCaller(ada), async () => {
        runs += 1;
        return ok("fine");
      });
    await run();
    server.cutOnNextRequest();
    expect(await run()).toEqual({ ok: true, value: "fine" });
    expect(runs).toBe(2);
    await through.close();
    await server.stop();
  });

  it("nobody listens: DATABASE_UNAVAILABLE with advice when to come back", async () => {
    const away = createPgDb({
      connectionString: "postgresql://gantry_edge:x@127.0.0.1:1/x",
      maxConnections: 1,
    });
    expect(await away.asCaller(toCaller(ada), async () => ok(null))).toEqual({
      ok: false,
      error: { code: "DATABASE_UNAVAILABLE", retryAfterSeconds: 2 },
    });
    await away.close();
  });

  it("lost while the commit is under way: OUTCOME_UNKNOWN for a write, not for a read", async () => {
    const server = await startProxy(new URL(database.edgeUrl));
    const url = new URL(database.edgeUrl);
    url.port = String(server.port);
    const through = createPgDb({ connectionString: url.href, maxConnections: 1 });
    const run = (readOnly: boolean) =>
      through.asCaller(
        toCaller(ada),
        async (tx) => {
          await tx.query("select 1");
          server.cutOnNextRequest();
          return ok(null);
        },
        { readOnly },
      );
    expect(await run(false)).toMatchObject({ error: { code: "OUTCOME_UNKNOWN", retryAfterSeconds: 2 } });
    expect(await run(true)).toMatchObject({ error: { code: "DATABASE_UNAVAILABLE" } });
    await through.close();
    await server.stop();
  });
});

/** Passes bytes on until told to swallow the next request and break the connection. */
async function startProxy(target: URL) {
  let isCut = false;
  const server = net.createServer((socket) => {
    const upstream = net.connect(Number(target.port), target.hostname);
    for (const end of [socket, upstream]) end.on("error", () => undefined);
    socket.on("data", (data) => {
      if (!isCut) upstream.write(data);
      else {
        isCut = false;
        socket.destroy();
        upstream.destroy();
      }
    });
    upstream.on("data", (data) => socket.write(data));
    socket.on("close", () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    cutOnNextRequest: () => {
      isCut = true;
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
