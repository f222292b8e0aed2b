import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { routes } from "../../../functions/tenants/routes.ts";
import type { Person } from "../../helpers/people.ts";
import { startTestApp, type TestApp } from "../kernel/test-app.ts";

let test: TestApp;
let ada: Person;
let ben: Person;
let eve: Person;

beforeAll(async () => {
  test = await startTestApp("tenants", routes);
  ada = await test.signUp({ fullName: "Ada" });
  ben = await test.signUp({ fullName: "Ben" });
  eve = await test.signUp({ fullName: "Eve" });
});
afterAll(() => test.stop());

const newName = (): string => `t-${randomUUID().slice(0, 12)}`;

async function create(owner: Person, name = newName()): Promise<string> {
  const created = await test.call("/tenants", { method: "POST", as: owner, json: { name } });
  expect(created.status).toBe(201);
  return created.body.tenantId;
}

async function addMember(tenantId: string, person: Person, role: string): Promise<void> {
  await test.admin.query("insert into public.memberships (tenant_id, user_id, role) values ($1, $2, $3)", [
    tenantId,
    person.id,
    role,
  ]);
}

const roleOf = async (tenantId: string, person: Person): Promise<string | undefined> => {
  const sql = "select role from public.memberships where tenant_id = $1 and user_id = $2";
  return (await test.admin.query(sql, [tenantId, person.id])).rows[0]?.role;
};

describe("create", () => {
  it("the creator owns the tenant and finds it by its Location", async () => {
    const name = newName();
    const created = await test.call("/tenants", {
      method: "POST",
      as: ada,
      json: { name, displayName: "Grüße 👩‍👩‍👧 \u200f", environment: "staging" },
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      name,
      slug: name,
      displayName: "Grüße 👩‍👩‍👧 \u200f",
      environment: "staging",
      status: "active",
      isPersonal: false,
      role: "owner",
      suspendedAt: null,
    });
    const location = created.headers.get("location");
    expect(location).toBe(`/functions/v1/tenants/${created.body.tenantId}`);
    const found = await test.call(location ?? "", { as: ada });
    expect(found.body).toEqual(created.body);
  });

  it("20 creates of one name at once: one wins, the rest are 409 TENANT_NAME_TAKEN", async () => {
    const name = newName();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => test.call("/tenants", { method: "POST", as: ada, json: { name } })),
    );
    const statuses = answers.map((answer) => answer.status).sort();
    expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    expect(answers.filter((answer) => answer.body.code === "TENANT_NAME_TAKEN")).toHaveLength(19);
    const kept = await test.admin.query("select 1 from control_plane.tenants where name = $1", [name]);
    expect(kept.rowCount).toBe(1);
  });

  it("is written to the audit log with the person, the request and the trusted address", async () => {
    const name = newName();
    const created = await test.call("/tenants", {
      method: "POST",
      as: ada,
      json: { name },
      headers: { "x-forwarded-for": "198.51.100.1, 203.0.113.9", "user-agent": "test/1" },
    });
    const { rows } = await test.admin.query(
      "select actor_id, host(ip_address) as address, user_agent, request_id from public.audit_logs where tenant_id = $1 and action = 'tenant.created'",
      [created.body.tenantId],
    );
    const requestId = created.headers.get("x-request-id");
    expect(rows).toEqual([
      { actor_id: ada.id, address: "203.0.113.9", user_agent: "test/1", request_id: requestId },
    ]);
  });

  it("somebody whose account is gone cannot, although the token still lives", async () => {
    const gone = await test.signUp();
    await test.admin.query("delete from auth.users where id = $1", [gone.id]);
    const created = await test.call("/tenants", { method: "POST", as: gone, json: { name: newName() } });
    expect([created.status, created.body.code]).toEqual([403, "FORBIDDEN"]);
    expect((await test.call("/tenants/me", { as: gone })).status).toBe(404);
  });
});

describe("another's tenant looks like a missing one, on every route", () => {
  const bodies: Record<string, unknown> = {
    "PATCH /tenants/:tenantId": { displayName: "x" },
    "PATCH /tenants/:tenantId/members/:userId": { role: "viewer" },
    "POST /tenants/:tenantId/databases": { name: "main" },
  };
  const paths = routes.filter((route) => route.path.includes(":tenantId"));
  for (const { method, path } of paths) {
    it(`${method} ${path}`, async () => {
      const foreign = await create(ada);
      const toPath = (tenantId: string): string =>
        path.replace(":tenantId", tenantId).replace(":userId", ada.id).replace(/:\w+/g, randomUUID());
      const json = bodies[`${method} ${path}`];
      const answers = await Promise.all(
        [foreign, randomUUID()].map((tenantId) =>
          test.call(toPath(tenantId), { method, as: eve, ...(json === undefined ? {} : { json }) }),
        ),
      );
      const told = answers.map(({ status, body }) => ({ status, ...body, requestId: "" }));
      expect(told[0]?.status).toBe(404);
      expect(told[0]).toEqual(told[1]);
      expect(await roleOf(foreign, ada)).toBe("owner");
    });
  }

  it("PUT /tenants/me/default", async () => {
    const foreign = await create(ada);
    const chosen = await test.call("/tenants/me/default", {
      method: "PUT",
      as: eve,
      json: { tenantId: foreign },
    });
    expect(chosen.status).toBe(404);
  });
});

describe("update", () => {
  it("changes what is given and keeps the rest", async () => {
    const tenantId = await create(ada);
    const before = await test.call(`/tenants/${tenantId}`, { as: ada });
    const changed = await test.call(`/tenants/${tenantId}`, {
      method: "PATCH",
      as: ada,
      json: { displayName: "New" },
    });
    expect(changed.status).toBe(200);
    expect(changed.body).toEqual({
      ...before.body,
      displayName: "New",
      updatedAt: changed.body.updatedAt,
    });
  });

  it("another tenant's slug is 409", async () => {
    const [first, second] = [newName(), newName()];
    await create(ada, first);
    const tenantId = await create(ben, second);
    const changed = await test.call(`/tenants/${tenantId}`, {
      method: "PATCH",
      as: ben,
      json: { slug: first },
    });
    expect([changed.status, changed.body.code]).toEqual([409, "CONFLICT"]);
  });

  it("a member without the permission is told 403, and nothing changes", async () => {
    const tenantId = await create(ada);
    await addMember(tenantId, ben, "viewer");
    const changed = await test.call(`/tenants/${tenantId}`, {
      method: "PATCH",
      as: ben,
      json: { displayName: "Mine" },
    });
    expect([changed.status, changed.body.code]).toEqual([403, "FORBIDDEN"]);
    expect((await test.call(`/tenants/${tenantId}`, { as: ada })).body.displayName).not.toBe("Mine");
  });

  it("the status cannot be changed this way", async () => {
    const tenantId = await create(ada);
    const json = { displayName: "x", status: "suspended" };
    const changed = await test.call(`/tenants/${tenantId}`, { method: "PATCH", as: ada, json });
    expect([changed.status, changed.body.errors[0]]).toMatchObject([422, { path: "body.status" }]);
  });
});

describe("suspend and resume", () => {
  it("twice is once; the scheduler is woken; only marked permissions work meanwhile", async () => {
    const tenantId = await create(ada);
    const wakes = test.wakeCount();
    const suspend = (json?: unknown) =>
      test.call(`/tenants/${tenantId}/suspend`, {
        method: "POST",
        as: ada,
        ...(json === undefined ? {} : { json }),
      });
    const first = await suspend({ reason: "unpaid" });
    expect(first.body).toMatchObject({ status: "suspended", suspendedReason: "unpaid" });
    const again = await suspend();
    expect([again.status, again.body.suspendedAt]).toEqual([200, first.body.suspendedAt]);
    expect(test.wakeCount()).toBeGreaterThan(wakes);

    const changed = await test.call(`/tenants/${tenantId}`, {
      method: "PATCH",
      as: ada,
      json: { slug: newName() },
    });
    expect(changed.status).toBe(403);
    expect((await test.call(`/tenants/${tenantId}/members`, { as: ada })).status).toBe(200);

    const resumed = await test.call(`/tenants/${tenantId}/resume`, { method: "POST", as: ada });
    expect(resumed.body).toMatchObject({ status: "active", suspendedAt: null, suspendedReason: null });
  });

  it("an admin may not, and is told 403", async () => {
    const tenantId = await create(ada);
    await addMember(tenantId, ben, "admin");
    const answer = await test.call(`/tenants/${tenantId}/suspend`, { method: "POST", as: ben });
    expect([answer.status, answer.body.code]).toEqual([403, "FORBIDDEN"]);
  });

  it("what the platform suspended, its owner cannot resume", async () => {
    const tenantId = await create(ada);
    await test.admin.query(
      "update control_plane.tenants set status = 'suspended', suspended_at = now(), suspended_by_platform = true where tenant_id = $1",
      [tenantId],
    );
    const answer = await test.call(`/tenants/${tenantId}/resume`, { method: "POST", as: ada });
    expect([answer.status, answer.body.code]).toEqual([403, "SUSPENDED_BY_PLATFORM"]);
  });
});

describe("the tenant header", () => {
  const path = (tenantId: string): string => `/tenants/${tenantId}`;
  it("another tenant than the path's is refused", async () => {
    const [tenantId, other] = [await create(ada), await create(ada)];
    const answer = await test.call(path(tenantId), { as: ada, headers: { "x-tenant-id": other } });
    expect([answer.status, answer.body.code]).toEqual([400, "TENANT_MISMATCH"]);
  });

  it("the path's own tenant is fine in any case", async () => {
    const tenantId = await create(ada);
    const headers = { "x-tenant-id": tenantId.toUpperCase() };
    expect((await test.call(path(tenantId), { as: ada, headers })).status).toBe(200);
  });

  for (const value of ["", "x", "null", `${randomUUID()}, ${randomUUID()}`, `{${randomUUID()}}`]) {
    it(`malformed or doubled is refused: "${value}"`, async () => {
      const tenantId = await create(ada);
      for (const target of [path(tenantId), "/tenants", "/tenants/me"]) {
        const answer = await test.call(target, { as: ada, headers: { "x-tenant-id": value } });
        expect([answer.status, answer.body.code]).toEqual([400, "TENANT_HEADER_INVALID"]);
      }
    });
  }
});
