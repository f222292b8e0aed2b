import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type IdempotencyWorld, startIdempotencyWorld } from "./idempotency-world.ts";

let world: IdempotencyWorld;
beforeAll(async () => {
  world = await startIdempotencyWorld();
});
afterAll(() => world.stop());

/** One operation of a tenant at a time; each test begins without one. */
afterEach(async () => {
  await world.admin.query(
    "update public.provisioning_operations set status = 'cancelled', finished_at = now() where status in ('pending', 'running')",
  );
});

const replayed = "idempotent-replayed";
const newName = () => `t-${randomUUID()}`;
const tenantsNamed = (name: string) => world.count("control_plane.tenants where name = $1", [name]);

describe("the same request again", () => {
  it("makes one tenant and gets the same answer, marked as an earlier one", async () => {
    const [key, json] = [randomUUID(), { name: newName(), displayName: "Käse 🧀" }];
    const first = await world.send("/tenants", world.ada, key, json);
    const second = await world.send("/tenants", world.ada, key, json);
    expect(first.status).toBe(201);
    expect(first.headers.get(replayed)).toBeNull();
    expect(second.status).toBe(201);
    expect(second.text).toBe(first.text);
    expect(second.headers.get("location")).toBe(first.headers.get("location"));
    expect(second.headers.get(replayed)).toBe("true");
    expect(second.headers.get("x-request-id")).not.toBe(first.headers.get("x-request-id"));
    expect(await tenantsNamed(json.name)).toBe(1);
  });

  it("20 at once: one tenant, 20 equal answers", async () => {
    const [key, json] = [randomUUID(), { name: newName() }];
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => world.send("/tenants", world.ada, key, json)),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 20 }, () => 201));
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get(replayed) === null)).toHaveLength(1);
    expect(await tenantsNamed(json.name)).toBe(1);
  });

  it("20 at once: one database, one operation, one job, 20 equal answers", async () => {
    const [key, json] = [randomUUID(), { name: "twenty" }];
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => world.send(world.databases, world.ada, key, json)),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 20 }, () => 202));
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    const { id } = answers[0]?.body.operation ?? {};
    expect(await world.count("control_plane.tenant_databases where name = 'twenty'")).toBe(1);
    expect(await world.count("public.provisioning_operations where id = $1", [id])).toBe(1);
    expect(await world.count("public.background_jobs where resource_id = $1", [id])).toBe(1);
  });

  it("without a key, each request is one of its own", async () => {
    const json = { name: newName() };
    const send = () => world.call("/tenants", { method: "POST", as: world.ada, json });
    expect((await send()).status).toBe(201);
    expect((await send()).status).toBe(409);
  });

  it("white space and the order of members make no other request", async () => {
    const [key, name] = [randomUUID(), newName()];
    const headers = { "content-type": "application/json" };
    const send = (body: string) => world.send("/tenants", world.ada, key, undefined, { body, headers });
    const first = await send(JSON.stringify({ name, displayName: "x" }));
    const second = await send(`{ "displayName": "x",\n "name": "${name}" }`);
    expect(second.text).toBe(first.text);
    expect(second.headers.get(replayed)).toBe("true");
  });
});

describe("another request with a used key", () => {
  it("another body: 422, nothing made", async () => {
    const [key, name] = [randomUUID(), newName()];
    expect((await world.send("/tenants", world.ada, key, { name: newName() })).status).toBe(201);
    const other = await world.send("/tenants", world.ada, key, { name });
    expect(other.status).toBe(422);
    expect(other.body.code).toBe("IDEMPOTENCY_KEY_REUSED");
    expect(await tenantsNamed(name)).toBe(0);
  });

  it("another object in the path: 422", async () => {
    const key = randomUUID();
    const suspend = (id: string) => world.send(`${world.databases}/${id}/suspend`, world.ada, key);
    const [one, two] = [randomUUID(), randomUUID()];
    expect((await suspend(one)).status).toBe(404);
    expect((await suspend(two)).body.code).toBe("IDEMPOTENCY_KEY_REUSED");
  });

  it("of another person, another route, another tenant: a request of its own", async () => {
    const key = randomUUID();
    const mine = await world.send("/tenants", world.ada, key, { name: newName() });
    const theirs = await world.send("/tenants", world.bob, key, { name: newName() });
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    const here = await world.send(world.databases, world.ada, key, { name: "a" });
    const there = await world.send(`/tenants/${mine.body.tenantId}/databases`, world.ada, key, { name: "a" });
    expect([here.status, there.status]).toEqual([202, 202]);
    expect(await world.count("control_plane.idempotency_keys where key = $1", [key])).toBe(4);
    const [row] = (
      await world.admin.query(
        "select principal_type, principal_id, tenant_id, route from control_plane.idempotency_keys where key = $1 and principal_id = $2",
        [key, world.bob.id],
      )
    ).rows;
    expect(row).toEqual({
      principal_type: "user",
      principal_id: world.bob.id,
      tenant_id: "00000000-0000-0000-0000-000000000000",
      route: "POST /tenants",
    });
  });
});

describe("a request that is in flight", () => {
  it("409 with Retry-After while it is worked on, its answer afterwards", async () => {
    const [key, json] = [randomUUID(), { name: "slow" }];
    await world.admin.query("begin");
    await world.admin.query("select from control_plane.tenants where tenant_id = $1 for update", [
      world.tenantId,
    ]);
    const first = world.send(world.databases, world.ada, key, json);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const second = await world.send(world.databases, world.ada, key, json);
    await world.admin.query("commit");
    expect(second.status).toBe(409);
    expect(second.body.code).toBe("REQUEST_IN_FLIGHT");
    expect(second.headers.get("retry-after")).toBe("1");
    const third = await world.send(world.databases, world.ada, key, json);
    expect(third.text).toBe((await first).text);
  });
});

describe("failures", () => {
  it("what would fail again is answered as before, under the new request's id", async () => {
    const [key, json] = [randomUUID(), { name: newName() }];
    await world.send("/tenants", world.bob, randomUUID(), json);
    const first = await world.send("/tenants", world.ada, key, json);
    await world.admin.query("update control_plane.tenants set name = name || '-gone' where name = $1", [
      json.name,
    ]);
    const second = await world.send("/tenants", world.ada, key, json);
    expect(first.body.code).toBe("TENANT_NAME_TAKEN");
    expect(second.body).toEqual({ ...first.body, requestId: second.headers.get("x-request-id") });
    expect(second.headers.get(replayed)).toBe("true");
    expect(second.headers.get("content-type")).toContain("application/problem+json");
  });

  it("what passes is tried again: a tenant that is busy, targets without room", async () => {
    const key = randomUUID();
    expect((await world.send(world.databases, world.ada, randomUUID(), { name: "one" })).status).toBe(202);
    expect((await world.send(world.databases, world.ada, key, { name: "two" })).status).toBe(423);
    await world.admin.query(
      "update public.provisioning_operations set status = 'cancelled', finished_at = now() where status = 'pending'",
    );
    await world.admin.query("update control_plane.provisioning_targets set capacity = 1");
    const full = await world.send(world.databases, world.ada, key, { name: "two" });
    expect(full.body.code).toBe("NO_TARGET_AVAILABLE");
    await world.admin.query("update control_plane.provisioning_targets set capacity = 1000");
    expect((await world.send(world.databases, world.ada, key, { name: "two" })).status).toBe(202);
  });

  it("what has the wrong form uses no key up", async () => {
    const key = randomUUID();
    expect((await world.send("/tenants", world.ada, key, { name: "NO" })).status).toBe(422);
    expect((await world.send("/tenants", world.ada, key, { name: newName() })).status).toBe(201);
  });
});

describe("the key", () => {
  it.each([
    ["empty", ""],
    ["256 characters", "k".repeat(256)],
    ["not ASCII", "schlüssel"],
    ["a tab", "a\tb"],
  ])("%s: 422 that names the header, nothing made", async (_, key) => {
    const name = newName();
    const answer = await world.send("/tenants", world.ada, key, { name });
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].path).toBe("headers.idempotency-key");
    expect(await tenantsNamed(name)).toBe(0);
  });

  it.each([
    ["1 character", "k"],
    ["255 characters", `${randomUUID()}${"k".repeat(219)}`],
    [
      "every printable one",
      Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at))
        .join("")
        .trim(),
    ],
  ])("%s is taken", async (_, key) => {
    const json = { name: newName() };
    const first = await world.send("/tenants", world.ada, key, json);
    expect((await world.send("/tenants", world.ada, key, json)).text).toBe(first.text);
    expect(first.status).toBe(201);
  });

  it("where the route does not take one it changes nothing", async () => {
    const key = randomUUID();
    const suspend = () => world.send(`/tenants/${world.tenantId}/suspend`, world.ada, key);
    expect((await suspend()).headers.get(replayed)).toBeNull();
    expect((await suspend()).headers.get(replayed)).toBeNull();
    await world.call(`/tenants/${world.tenantId}/resume`, { method: "POST", as: world.ada });
    expect(await world.count("control_plane.idempotency_keys where key = $1", [key])).toBe(0);
  });
});
