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

describe("list and pages", () => {
  it("every tenant comes once, in order, whatever the size of a page", async () => {
    const person = await test.signUp();
    for (let index = 0; index < 7; index++) await create(person);
    for (const limit of [1, 3, 8, 200]) {
      const names: string[] = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? "" : `&cursor=${cursor}`;
        const page = await test.call(`/tenants?limit=${limit}${query}`, { as: person });
        expect(page.body.items.length).toBeLessThanOrEqual(limit);
        names.push(...page.body.items.map((item: { name: string }) => item.name));
        cursor = page.body.nextCursor;
      } while (cursor !== null);
      expect(names).toHaveLength(8);
      expect(names).toEqual([...new Set(names)]);
    }
  });

  it("members who joined within one microsecond are neither lost nor doubled", async () => {
    const tenantId = await create(ada);
    const people: Person[] = [];
    for (let index = 0; index < 5; index++) people.push(await test.signUp());
    await test.admin.query(
      "insert into public.memberships (tenant_id, user_id, role, created_at) select $1, unnest($2::uuid[]), 'viewer', '2026-01-01 00:00:00.123456+00'",
      [tenantId, people.map((person) => person.id)],
    );
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? "" : `&cursor=${cursor}`;
      const page = await test.call(`/tenants/${tenantId}/members?limit=2${query}`, { as: ada });
      ids.push(...page.body.items.map((item: { userId: string }) => item.userId));
      cursor = page.body.nextCursor;
    } while (cursor !== null);
    expect(ids.sort()).toEqual([ada, ...people].map((person) => person.id).sort());
  });

  for (const cursor of [
    "x",
    "bnVsbA",
    btoa('["a","b","c"]'),
    btoa('["\'; drop table x; --","b"]'),
    "%ff",
    "a".repeat(501),
  ]) {
    it(`a made-up cursor is 422: ${cursor.slice(0, 20)}`, async () => {
      const tenantId = await create(ada);
      for (const path of ["/tenants", `/tenants/${tenantId}/members`]) {
        const page = await test.call(`${path}?cursor=${encodeURIComponent(cursor)}`, { as: ada });
        expect([page.status, page.body.errors[0].path]).toEqual([422, "query.cursor"]);
      }
    });
  }
});

describe("members", () => {
  it("a role is changed, and the change holds with the next request", async () => {
    const tenantId = await create(ada);
    await addMember(tenantId, ben, "viewer");
    const path = `/tenants/${tenantId}/members/${ben.id}`;
    const promoted = await test.call(path, { method: "PATCH", as: ada, json: { role: "admin" } });
    expect([promoted.status, promoted.body.role]).toEqual([200, "admin"]);
    const changed = await test.call(`/tenants/${tenantId}`, {
      method: "PATCH",
      as: ben,
      json: { slug: newName() },
    });
    expect(changed.status).toBe(200);
    expect((await test.call(path, { method: "DELETE", as: ada })).status).toBe(204);
    expect((await test.call(`/tenants/${tenantId}`, { as: ben })).status).toBe(404);
  });

  it("an admin cannot make or unmake an owner", async () => {
    const tenantId = await create(ada);
    await addMember(tenantId, ben, "admin");
    await addMember(tenantId, eve, "viewer");
    const attempts = [
      test.call(`/tenants/${tenantId}/members/${eve.id}`, {
        method: "PATCH",
        as: ben,
        json: { role: "owner" },
      }),
      test.call(`/tenants/${tenantId}/members/${ben.id}`, {
        method: "PATCH",
        as: ben,
        json: { role: "owner" },
      }),
      test.call(`/tenants/${tenantId}/members/${ada.id}`, {
        method: "PATCH",
        as: ben,
        json: { role: "viewer" },
      }),
      test.call(`/tenants/${tenantId}/members/${ada.id}`, { method: "DELETE", as: ben }),
    ];
    for (const answer of await Promise.all(attempts)) {
      expect([answer.status, answer.body.code]).toEqual([403, "ROLE_ABOVE_OWN"]);
    }
    expect(await roleOf(tenantId, ada)).toBe("owner");
  });

  it("everybody can leave; a viewer cannot send others away; the last owner stays", async () => {
    const tenantId = await create(ada);
    await addMember(tenantId, ben, "viewer");
    await addMember(tenantId, eve, "viewer");
    const remove = (as: Person, whom: Person) =>
      test.call(`/tenants/${tenantId}/members/${whom.id}`, { method: "DELETE", as });
    expect((await remove(ben, eve)).body.code).toBe("FORBIDDEN");
    expect((await remove(ada, ada)).body).toMatchObject({ status: 409, code: "LAST_OWNER" });
    expect((await remove(ben, ben)).status).toBe(204);
    expect((await remove(ben, ben)).status).toBe(404);
    expect(await roleOf(tenantId, eve)).toBe("viewer");
  });

  it("a viewer who changes a role, even their own, is told 403, and nothing changes", async () => {
    const tenantId = await create(ada);
    await addMember(tenantId, ben, "viewer");
    await addMember(tenantId, eve, "developer");
    for (const whom of [eve, ben]) {
      const path = `/tenants/${tenantId}/members/${whom.id}`;
      const answer = await test.call(path, { method: "PATCH", as: ben, json: { role: "viewer" } });
      expect([answer.status, answer.body.code]).toEqual([403, "FORBIDDEN"]);
    }
    expect(await roleOf(tenantId, eve)).toBe("developer");
  });

  it("somebody who is no member is 404", async () => {
    const tenantId = await create(ada);
    const path = `/tenants/${tenantId}/members/${eve.id}`;
    expect((await test.call(path, { method: "PATCH", as: ada, json: { role: "viewer" } })).status).toBe(404);
    expect((await test.call(path, { method: "DELETE", as: ada })).status).toBe(404);
  });
});

describe("me", () => {
  it("the default tenant is chosen, and falls back to the personal one when the membership goes", async () => {
    const person = await test.signUp({ fullName: "Pat" });
    const before = await test.call("/tenants/me", { as: person });
    expect(before.body).toMatchObject({ userId: person.id, fullName: "Pat", email: person.email });
    const tenantId = await create(ada);
    await addMember(tenantId, person, "viewer");
    const chosen = await test.call("/tenants/me/default", { method: "PUT", as: person, json: { tenantId } });
    expect(chosen.body.activeTenantId).toBe(tenantId);
    await test.call(`/tenants/${tenantId}/members/${person.id}`, { method: "DELETE", as: person });
    const after = await test.call("/tenants/me", { as: person });
    expect(after.body.activeTenantId).toBe(before.body.activeTenantId);
  });

  it("the last owner of a tenant with others cannot go, and is told which", async () => {
    const person = await test.signUp();
    const name = newName();
    const tenantId = await create(person, name);
    await addMember(tenantId, ben, "admin");
    const refused = await test.call("/tenants/me", { method: "DELETE", as: person });
    expect([refused.status, refused.body.code, refused.body.tenants]).toEqual([409, "LAST_OWNER", [name]]);
    await addMember(tenantId, ada, "owner");
    expect((await test.call("/tenants/me", { method: "DELETE", as: person })).status).toBe(204);
    expect((await test.call("/tenants/me", { as: person })).status).toBe(404);
    expect(await roleOf(tenantId, person)).toBeUndefined();
  });
});
