import { afterAll, beforeAll, expect, test } from "vitest";
import { createPgDb } from "../../functions/_shared/db/create-pg-db.ts";
import type { Db } from "../../functions/_shared/db/port.ts";
import { ok } from "../../functions/_shared/errors/result.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type CallerName, createWorld, type World } from "../helpers/world.ts";

let database: TestDatabase;
let db: Db;
let world: World;

beforeAll(async () => {
  database = await createTestDatabase();
  world = await createWorld(database.adminUrl);
  db = createPgDb({ connectionString: database.edgeUrl, maxConnections: 1 });
}, 120_000);

afterAll(async () => {
  await db?.close();
  await database?.drop();
});

interface Seen {
  readonly tenants: string[];
  readonly backend: number;
}

/** Reads in the name of a caller through the pool; every fourth transaction ends badly. */
async function read(name: CallerName, tenantId: string | null, round: number): Promise<Seen | null> {
  const { claims, person } = world.callers[name];
  const caller = {
    userId: person?.id ?? "",
    claims: { ...claims },
    tenantId,
    requestId: `round-${round}`,
    clientAddress: null,
    userAgent: null,
  };
  let seen: Seen | null = null;
  const work = db.asCaller(caller, async (tx) => {
    const rows = await tx.query<{ tenant_id: string; backend: number }>(
      "select distinct tenant_id, pg_backend_pid() as backend from public.settings where tenant_id is not null",
    );
    seen = { tenants: rows.map((row) => row.tenant_id), backend: rows[0]?.backend ?? 0 };
    if (round % 4 === 0) throw new Error("this request fails half-way");
    return ok(null);
  });
  await work.catch((error: unknown) => {
    if (!(error instanceof Error) || error.message !== "this request fails half-way") throw error;
  });
  return seen;
}

test("case 23: 2,000 interleaved transactions of two tenants on one connection: no row of the other, not once", async () => {
  const backends = new Set<number>();
  const { acme, beta } = world.tenants;
  const cases: [CallerName, string | null, string[]][] = [
    ["owner", acme, [acme]],
    ["rival owner", beta, [beta]],
    ["owner", beta, []],
    ["rival owner", acme, []],
    ["viewer", null, [acme]],
    ["outsider", acme, []],
  ];
  const wrong: string[] = [];
  let tenantSettings = 0;
  for (let batch = 0; batch < 100; batch += 1) {
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const round = batch * 20 + index;
        const [name, tenantId, expected] = cases[(round * 7 + batch) % cases.length] ?? [
          "owner",
          acme,
          [acme],
        ];
        const seen = await read(name, tenantId, round);
        tenantSettings += seen?.tenants.length ?? 0;
        if (seen?.backend) backends.add(seen.backend);
        if (JSON.stringify(seen?.tenants) !== JSON.stringify(expected))
          wrong.push(`${round} ${name}: ${seen?.tenants}`);
      }),
    );
  }
  expect(wrong).toEqual([]);
  expect(tenantSettings).toBeGreaterThan(500);
  expect(backends.size).toBe(1);
}, 60_000);

test("a connection that comes back from a caller is nobody again", async () => {
  await read("owner", world.tenants.acme, 1);
  const seen = await db.asWorker({ requestId: "after", tenantId: null, actorId: null }, async (tx) => {
    const rows = await tx.query<{ claims: string | null; headers: string | null; who: string }>(
      `select nullif(current_setting('request.jwt.claims', true), '') as claims,
         current_setting('request.headers', true) as headers, current_user as who`,
    );
    return ok(rows[0]);
  });
  expect(seen).toMatchObject({ ok: true, value: { who: "gantry_worker" } });
  const text = JSON.stringify(seen);
  expect(text).not.toContain(world.callers.owner.person?.id);
  expect(text).not.toContain(world.tenants.acme);
});
