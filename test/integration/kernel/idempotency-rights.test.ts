import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { ok } from "../../../functions/_shared/errors/result.ts";
import { defineRoute } from "../../../functions/_shared/http/define-route.ts";
import { post } from "../../../functions/_shared/http/route-table.ts";
import type { Person } from "../../helpers/people.ts";
import { type IdempotencyWorld, startIdempotencyWorld } from "./idempotency-world.ts";
import { startTestApp } from "./test-app.ts";

let world: IdempotencyWorld;
let admin: Person;
beforeAll(async () => {
  world = await startIdempotencyWorld();
});
beforeEach(async () => {
  admin = await world.signUp();
  await world.addMember(admin, "admin");
});
afterEach(async () => {
  await world.admin.query(
    "update public.provisioning_operations set status = 'cancelled', finished_at = now() where status in ('pending', 'running')",
  );
});
afterAll(() => world.stop());

describe("an admin's answer", () => {
  const ask = (as: Person, key: string) =>
    world.send(world.databases, as, key, { name: `d-${key.slice(0, 8)}` });

  async function answerOnce(): Promise<string> {
    const key = randomUUID();
    expect((await ask(admin, key)).status).toBe(202);
    expect((await ask(admin, key)).headers.get("idempotent-replayed")).toBe("true");
    return key;
  }

  it("is not another member's: a viewer with the same key and body is refused", async () => {
    const key = await answerOnce();
    const viewer = await world.signUp();
    await world.addMember(viewer, "viewer");
    const answer = await ask(viewer, key);
    expect(answer.status).toBe(403);
    expect(answer.text).not.toContain("operation");
    expect(await world.count("control_plane.idempotency_keys where principal_id = $1", [viewer.id])).toBe(0);
  });

  it("is not theirs any more once they are a viewer", async () => {
    const key = await answerOnce();
    await world.admin.query(
      "update public.memberships set role = 'viewer' where user_id = $1 and tenant_id = $2",
      [admin.id, world.tenantId],
    );
    expect((await ask(admin, key)).status).toBe(403);
  });

  it("is not an ex-member's, who gets the answer of a stranger", async () => {
    const key = await answerOnce();
    await world.admin.query("delete from public.memberships where user_id = $1 and tenant_id = $2", [
      admin.id,
      world.tenantId,
    ]);
    const answer = await ask(admin, key);
    expect(answer.status).toBe(404);
    expect(answer.body.code).toBe("NOT_FOUND");
  });

  it("is not given while the tenant is suspended, and is again afterwards", async () => {
    const key = await answerOnce();
    await world.call(`/tenants/${world.tenantId}/suspend`, { method: "POST", as: world.ada });
    expect((await ask(admin, key)).status).toBe(403);
    await world.call(`/tenants/${world.tenantId}/resume`, { method: "POST", as: world.ada });
    expect((await ask(admin, key)).headers.get("idempotent-replayed")).toBe("true");
  });

  it("is not given to an account that was closed", async () => {
    const key = await answerOnce();
    await world.admin.query("update public.users set is_active = false where id = $1", [admin.id]);
    expect((await ask(admin, key)).status).toBe(403);
  });
});

it("who made a tenant and has left it is not told about it again", async () => {
  const [key, json] = [randomUUID(), { name: `t-${randomUUID()}` }];
  const made = await world.send("/tenants", world.bob, key, json);
  await world.admin.query(
    "insert into public.memberships (tenant_id, user_id, role) values ($1, $2, 'owner')",
    [made.body.tenantId, world.ada.id],
  );
  await world.admin.query("delete from public.memberships where tenant_id = $1 and user_id = $2", [
    made.body.tenantId,
    world.bob.id,
  ]);
  const again = await world.send("/tenants", world.bob, key, json);
  expect(again.status).toBe(404);
  expect(again.text).not.toContain(json.name);
});

describe("what is kept", () => {
  it("rows hold neither the request nor the answer in clear", async () => {
    const [key, json] = [randomUUID(), { name: `t-${randomUUID()}`, displayName: "canary5f2e91" }];
    const made = await world.send("/tenants", world.ada, key, json);
    const { rows } = await world.admin.query(
      "select k::text as line, sealed_answer, request_mac from control_plane.idempotency_keys k where key = $1",
      [key],
    );
    expect(rows).toHaveLength(1);
    for (const text of [json.name, json.displayName]) {
      expect(rows[0].line).not.toContain(text);
      expect(rows[0].line).not.toContain(Buffer.from(text).toString("base64url").slice(0, -2));
      expect(rows[0].line).not.toContain(Buffer.from(text).toString("hex"));
    }
    expect(made.text).toContain(json.displayName);
    expect(rows[0].sealed_answer).toMatch(/^A256GCM\./);
  });

  it("an answer moved to another row does not open", async () => {
    const [key, other, json] = [randomUUID(), randomUUID(), { name: `t-${randomUUID()}` }];
    await world.send("/tenants", world.ada, key, json);
    await world.send("/tenants", world.ada, other, { name: `t-${randomUUID()}` });
    await world.admin.query(
      `update control_plane.idempotency_keys k set sealed_answer = o.sealed_answer
       from control_plane.idempotency_keys o where k.key = $1 and o.key = $2`,
      [key, other],
    );
    expect((await world.send("/tenants", world.ada, key, json)).status).toBe(500);
  });

  it("after 72 hours the key is free again, and maintenance removes the row", async () => {
    const key = randomUUID();
    const age = () =>
      world.admin.query(
        "update control_plane.idempotency_keys set created_at = now() - interval '73 hours' where key = $1",
        [key],
      );
    const first = await world.send("/tenants", world.ada, key, { name: `t-${randomUUID()}` });
    await age();
    const second = await world.send("/tenants", world.ada, key, { name: `t-${randomUUID()}` });
    expect(second.status).toBe(201);
    expect(second.body.tenantId).not.toBe(first.body.tenantId);
    await age();
    const kept = await world.count("control_plane.idempotency_keys");
    const { rows } = await world.admin.query(
      "select private.remove_idempotency_keys(p_limit => 100) as removed",
    );
    expect(rows[0].removed).toBe(1);
    expect(await world.count("control_plane.idempotency_keys")).toBe(kept - 1);
  });
});

it("a secret is shown once: the repetition is answered without it, and it is stored nowhere", async () => {
  const secret = "canary-secret-77aa";
  const makeKey = defineRoute({
    summary: "Make something with a secret",
    responses: { 201: { description: "Made.", schema: z.looseObject({ id: z.string() }) } },
    errors: [],
    idempotency: { permission: "tenants.read", makesTenant: true },
    handle: async (ctx) =>
      ok({ status: 201, body: { id: ctx.operationId, token: secret }, secretFields: ["token"] }),
  });
  const routes = [post("/things", { auth: "user", tenant: "none", load: async () => makeKey })];
  const test = await startTestApp("things", routes);
  try {
    const person = await test.signUp();
    const send = () =>
      test.call("/things", { method: "POST", as: person, headers: { "idempotency-key": "k" } });
    const first = await send();
    expect(first.body).toEqual({ id: first.body.id, token: secret });
    // The repetition's permission is asked for in the tenant that bears the id.
    await test.admin.query(
      "insert into control_plane.tenants (tenant_id, name, slug, display_name) values ($1, 'thing', 'thing', 'x')",
      [first.body.id],
    );
    await test.admin.query(
      "insert into public.memberships (tenant_id, user_id, role) values ($1, $2, 'owner')",
      [first.body.id, person.id],
    );
    expect((await send()).body).toEqual({ id: first.body.id, secretAlreadyShown: true });
    expect(test.logLines.join()).not.toContain(secret);
  } finally {
    await test.stop();
  }
});
