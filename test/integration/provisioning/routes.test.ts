import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type App, createApp } from "../../../functions/_shared/http/create-app.ts";
import { createLogger } from "../../../functions/_shared/log/create-logger.ts";
import { routes } from "../../../functions/tenants/routes.ts";
import { type ControlPlane, startControlPlane } from "../../fixtures/provisioning/control-plane.ts";
import { queryAt } from "../../fixtures/provisioning/target-cluster.ts";
import { work } from "../../fixtures/provisioning/work.ts";
import { type Person, signUp } from "../../helpers/people.ts";
import { type Answered, type CallOptions, callApp, createEnvironment } from "../kernel/test-app.ts";

let plane: ControlPlane;
let app: App;
let owner: Person;
let viewer: Person;
let developer: Person;
let stranger: Person;
let tenantId: string;
const lines: string[] = [];
let wakeCount = 0;

async function createPeople(): Promise<Person[]> {
  const client = new pg.Client({ connectionString: plane.server.urlFor("supabase_admin", "gantry") });
  await client.connect();
  const people: Person[] = [];
  for (let i = 0; i < 4; i += 1) people.push(await signUp(client));
  await client.end();
  return people;
}

function call(path: string, as: Person, options: CallOptions = {}): Promise<Answered> {
  return callApp(app, path, { as, ...options });
}

beforeAll(async () => {
  plane = await startControlPlane();
  app = createApp({
    name: "tenants",
    routes,
    environment: { ...createEnvironment(plane.edgeUrl), GANTRY_MASTER_KEYS: plane.masterKeys },
    services: {
      log: createLogger(
        (line) => lines.push(line),
        () => new Date(),
      ),
      callScheduler: async () => {
        wakeCount += 1;
      },
    },
  });
  const people = await createPeople();
  [owner, viewer, developer, stranger] = people as [Person, Person, Person, Person];
  const created = await call("/tenants", owner, { method: "POST", json: { name: `t-${randomUUID()}` } });
  tenantId = created.body.tenantId;
  for (const [person, role] of [
    [viewer, "viewer"],
    [developer, "developer"],
  ] as const) {
    await plane.query("insert into public.memberships (tenant_id, user_id, role) values ($1, $2, $3)", [
      tenantId,
      person.id,
      role,
    ]);
  }
});
afterAll(async () => {
  await app.close();
  await plane.stop();
});

const drain = () => work({ db: plane.db, masterKeys: plane.masterKeys });

/** Asks for a database, has the job done, and gives the database's id. */
async function createDatabase(name: string): Promise<string> {
  const answer = await call(`/tenants/${tenantId}/databases`, owner, { method: "POST", json: { name } });
  expect(answer.status).toBe(202);
  await drain();
  return answer.body.operation.databaseId;
}

test("the main job: asked for, watched to its end, connected, suspended, resumed, deleted", async () => {
  const wakesBefore = wakeCount;
  const asked = await call(`/tenants/${tenantId}/databases`, owner, { method: "POST" });
  expect(asked.status).toBe(202);
  expect(asked.body.operation).toMatchObject({
    tenantId,
    kind: "create",
    status: "pending",
    requestedBy: owner.id,
  });
  expect(wakeCount).toBe(wakesBefore + 1);
  const location = asked.headers.get("location") ?? "";
  expect((await call(location, owner)).body).toEqual(asked.body.operation);

  await drain();
  const ended = await call(location, owner);
  expect(ended.body).toMatchObject({ status: "succeeded", progress: { percentage: 100 }, errorCode: null });
  const { databaseId } = ended.body;
  const path = `/tenants/${tenantId}/databases/${databaseId}`;
  const found = await call(path, owner);
  expect(found.body).toMatchObject({ id: databaseId, tenantId, name: "main", status: "active" });
  const listed = await call(`/tenants/${tenantId}/databases`, owner);
  expect(listed.body).toEqual({ items: [found.body], nextCursor: null });

  const revealed = await call(`${path}/connection`, owner, { method: "POST" });
  expect(revealed.status).toBe(200);
  expect(revealed.headers.get("cache-control")).toBe("no-store");
  const { connectionString } = revealed.body;
  const { host, port } = new URL(connectionString);
  expect(connectionString).toMatch(
    /^postgresql:\/\/tenant_[0-9a-f]{32}:[\w-]{43}@127\.0\.0\.1:\d+\/db_[0-9a-f]{32}$/,
  );
  expect({ host, port: Number(port) }).toEqual({
    host: `127.0.0.1:${found.body.port}`,
    port: found.body.port,
  });
  await queryAt(connectionString, "create table t ()");

  for (const [verb, status] of [
    ["suspend", "inactive"],
    ["resume", "active"],
  ]) {
    expect((await call(`${path}/${verb}`, owner, { method: "POST" })).status).toBe(202);
    await drain();
    expect((await call(path, owner)).body.status).toBe(status);
  }
  expect((await call(path, owner, { method: "DELETE" })).status).toBe(202);
  await drain();
  expect((await call(path, owner)).status).toBe(404);
  await expect(queryAt(connectionString, "select 1")).rejects.toThrow();
  // What was done stays to be read.
  const operations = await call(`/tenants/${tenantId}/operations?databaseId=${databaseId}`, owner);
  expect(operations.body.items.map((item: { kind: string }) => item.kind)).toEqual([
    "delete",
    "resume",
    "suspend",
    "create",
  ]);
});

describe("who may do what", () => {
  let databaseId: string;
  beforeAll(async () => {
    databaseId = await createDatabase("rights");
  });

  const matrix: readonly (readonly [string, string, "developer" | "viewer", number])[] = [
    ["GET", "/databases", "viewer", 200],
    ["GET", "/databases/:id", "viewer", 200],
    ["GET", "/operations", "viewer", 200],
    ["POST", "/databases", "viewer", 403],
    ["DELETE", "/databases/:id", "viewer", 403],
    ["POST", "/databases/:id/suspend", "viewer", 403],
    ["POST", "/databases/:id/resume", "viewer", 403],
    ["POST", "/databases/:id/connection", "viewer", 403],
    ["POST", "/databases/:id/connection", "developer", 200],
    ["POST", "/databases", "developer", 403],
    ["DELETE", "/databases/:id", "developer", 403],
  ];
  test.each(matrix)("%s %s as %s: %i", async (method, path, role, status) => {
    const person = role === "viewer" ? viewer : developer;
    const answer = await call(`/tenants/${tenantId}${path.replace(":id", databaseId)}`, person, { method });
    expect([answer.status, answer.body.code]).toEqual([status, status === 403 ? "FORBIDDEN" : undefined]);
  });

  test("another tenant's database is not there, by either tenant's path", async () => {
    const other = await call("/tenants", stranger, { method: "POST", json: { name: `t-${randomUUID()}` } });
    for (const tenant of [tenantId, other.body.tenantId]) {
      const path = `/tenants/${tenant}/databases/${databaseId}`;
      const answers = await Promise.all([
        call(path, stranger),
        call(path, stranger, { method: "DELETE" }),
        call(`${path}/suspend`, stranger, { method: "POST" }),
        call(`${path}/connection`, stranger, { method: "POST" }),
      ]);
      expect(answers.map((answer) => [answer.status, answer.body.code])).toEqual(
        answers.map(() => [404, "NOT_FOUND"]),
      );
    }
  });

  test("a member of two tenants does not reach the one's database by the other's path", async () => {
    const other = await call("/tenants", owner, { method: "POST", json: { name: `t-${randomUUID()}` } });
    const path = `/tenants/${other.body.tenantId}/databases/${databaseId}`;
    const reads = await auditReads(databaseId);
    expect((await call(path, owner)).status).toBe(404);
    expect((await call(`${path}/connection`, owner, { method: "POST" })).status).toBe(404);
    expect((await call(path, owner, { method: "DELETE" })).status).toBe(404);
    expect(await auditReads(databaseId)).toBe(reads);
  });
});

async function auditReads(databaseId: string): Promise<number> {
  const [row] = await plane.query<{ count: number }>(
    "select count(*)::int as count from public.audit_logs where action = 'databases.connect' and resource_id = $1",
    [databaseId],
  );
  return row?.count ?? -1;
}

describe("reading a connection string", () => {
  let path: string;
  let databaseId: string;
  beforeAll(async () => {
    databaseId = await createDatabase("reveal");
    path = `/tenants/${tenantId}/databases/${databaseId}/connection`;
  });

  test("leaves one audit row with who, from where and in which request; the secret is in no row and no log", async () => {
    const revealed = await call(path, developer, {
      method: "POST",
      headers: { "x-forwarded-for": "203.0.113.9" },
    });
    const { password } = new URL(revealed.body.connectionString);
    const rows = await plane.query(
      `select actor_id, host(ip_address) as address, request_id, row_to_json(a)::text as row
       from public.audit_logs a where action = 'databases.connect' and resource_id = $1`,
      [databaseId],
    );
    expect(rows).toMatchObject([
      { actor_id: developer.id, address: "203.0.113.9", request_id: revealed.headers.get("x-request-id") },
    ]);
    expect(JSON.stringify(rows)).not.toContain(password);
    expect(lines.join("\n")).not.toContain(password);
  });

  test("if the audit row cannot be written, nothing leaves", async () => {
    await plane.query(
      `create function private.refuse_audit() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
       create trigger refuse before insert on public.audit_logs for each row execute function private.refuse_audit();`,
    );
    try {
      const refused = await call(path, owner, { method: "POST" });
      expect(refused.status).toBe(500);
      expect(refused.text).not.toContain("postgresql://");
    } finally {
      await plane.query("drop trigger refuse on public.audit_logs; drop function private.refuse_audit();");
    }
    expect((await call(path, owner, { method: "POST" })).status).toBe(200);
  });

  test("a sealed string moved to another database does not open", async () => {
    const otherId = await createDatabase("moved");
    await plane.query(
      `update control_plane.tenant_databases d set connection_string_encrypted = s.connection_string_encrypted
       from control_plane.tenant_databases s where d.id = $1 and s.id = $2`,
      [otherId, databaseId],
    );
    const moved = await call(`/tenants/${tenantId}/databases/${otherId}/connection`, owner, {
      method: "POST",
    });
    expect([moved.status, moved.body.code]).toEqual([500, "INTERNAL"]);
    expect(moved.text).not.toContain("postgresql://");
  });

  test("a suspended database gives none", async () => {
    await call(path.replace("connection", "suspend"), owner, { method: "POST" });
    await drain();
    const refused = await call(path, owner, { method: "POST" });
    expect([refused.status, refused.body.code]).toEqual([409, "DATABASE_STATE_CONFLICT"]);
  });

  test("a target that has moved is given out with its new address", async () => {
    const movedId = await createDatabase("address");
    await plane.query(
      "update control_plane.tenant_databases set host = 'db.example.test', port = 6543 where id = $1",
      [movedId],
    );
    const revealed = await call(`/tenants/${tenantId}/databases/${movedId}/connection`, owner, {
      method: "POST",
    });
    expect(revealed.body.connectionString).toMatch(/@db\.example\.test:6543\/db_/);
  });
});

describe("conflicts", () => {
  test("a second operation is 423 and names the first; after it, the name is taken: case 30", async () => {
    const body = { method: "POST", json: { name: "twice" } };
    const path = `/tenants/${tenantId}/databases`;
    const answers = await Promise.all(Array.from({ length: 5 }, () => call(path, owner, body)));
    const won = answers.filter((answer) => answer.status === 202);
    const lost = answers.filter((answer) => answer.status === 423);
    expect([won.length, lost.length]).toEqual([1, 4]);
    for (const answer of lost) {
      expect(answer.body).toMatchObject({
        code: "OPERATION_IN_PROGRESS",
        holder: { operationId: won[0]?.body.operation.id, kind: "create" },
      });
      expect(answer.headers.get("retry-after")).toBe("5");
    }
    await drain();
    expect((await call(path, owner, body)).body.code).toBe("DATABASE_NAME_TAKEN");
    const rows = await plane.query(
      "select from control_plane.tenant_databases where tenant_id = $1 and name = 'twice'",
      [tenantId],
    );
    expect(rows.length).toBe(1);
  });

  test("a resume of an active database is refused, and so is a region that nobody serves", async () => {
    const databaseId = await createDatabase("state");
    const path = `/tenants/${tenantId}/databases`;
    const resumed = await call(`${path}/${databaseId}/resume`, owner, { method: "POST" });
    expect([resumed.status, resumed.body.code]).toEqual([409, "DATABASE_STATE_CONFLICT"]);
    const nowhere = await call(path, owner, { method: "POST", json: { name: "nowhere", region: "mars" } });
    expect([nowhere.status, nowhere.body.code]).toEqual([409, "NO_TARGET_AVAILABLE"]);
  });
});

test("pages: every database and every operation once, in order, with a limit of one", async () => {
  for (const list of ["databases", "operations"]) {
    const all = await call(`/tenants/${tenantId}/${list}?limit=200`, owner);
    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? "" : `&cursor=${cursor}`;
      const page: Answered = await call(`/tenants/${tenantId}/${list}?limit=1${query}`, owner);
      expect(page.status).toBe(200);
      seen.push(...page.body.items);
      cursor = page.body.nextCursor;
    } while (cursor !== null);
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).toEqual(all.body.items);
  }
});

test.each([
  ["databases", "eyJ4IjoxfQ"],
  ["operations", "WyJub3ciLCJ4Il0"],
])("%s: a cursor that nobody gave out is 422", async (list, cursor) => {
  const answer = await call(`/tenants/${tenantId}/${list}?cursor=${cursor}`, owner);
  expect([answer.status, answer.body.code]).toEqual([422, "VALIDATION_FAILED"]);
});

test.each([
  "Main",
  "-main",
  "main-",
  "a b",
  "naïve",
  "🦄",
  "\u202emain",
  "x".repeat(64),
  "",
  "a'; drop database postgres; --",
])("the name %j is 422", async (name) => {
  const answer = await call(`/tenants/${tenantId}/databases`, owner, { method: "POST", json: { name } });
  expect([answer.status, answer.body.code]).toEqual([422, "VALIDATION_FAILED"]);
});
