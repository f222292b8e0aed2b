import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RouteEntry } from "../../../functions/_shared/http/route-table.ts";
import { routes } from "../../../functions/tenants/routes.ts";
import type { Person } from "../../helpers/people.ts";
import { badIds, canary, listBadBodies, listTokens, toPath } from "../kernel/bad-input.ts";
import { type Answered, startTestApp, type TestApp } from "../kernel/test-app.ts";

let test: TestApp;
let owner: Person;
let tenantId: string;

beforeAll(async () => {
  test = await startTestApp("tenants", routes);
  owner = await test.signUp();
  const created = await test.call("/tenants", { method: "POST", as: owner, json: { name: "bad-input" } });
  tenantId = created.body.tenantId;
});
afterAll(() => test.stop());

/** Everything that a request could have changed leaves a row in one of these. */
async function countRows(): Promise<string> {
  const { rows } = await test.admin.query(
    `select (select count(*) from public.audit_logs) || ' ' || (select count(*) from public.background_jobs)
      || ' ' || (select count(*) from public.memberships) as counts`,
  );
  return rows[0].counts;
}

function expectProblem(answer: Answered, status: number, code: string): void {
  expect([answer.status, answer.body?.code]).toEqual([status, code]);
  expect(answer.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
  expect(answer.body).toMatchObject({ status, requestId: answer.headers.get("x-request-id") });
  expect(answer.text).not.toContain(canary);
}

const describeRoute = (check: (entry: RouteEntry) => Promise<void>): void => {
  for (const entry of routes) it(`${entry.method} ${entry.path}`, () => check(entry));
};

describe("bad bodies are answered by their own status, echo nothing and write nothing", () => {
  describeRoute(async (entry) => {
    const before = await countRows();
    for (const bad of listBadBodies(entry, owner)) {
      const answer = await test.call(toPath(entry, tenantId), bad.options);
      expect({ name: bad.name, status: answer.status }).toEqual({ name: bad.name, status: bad.status });
      expectProblem(answer, bad.status, bad.code);
    }
    expect(await countRows()).toBe(before);
  });
});

describe("tokens that are no person's are 401 everywhere", () => {
  describeRoute(async (entry) => {
    const before = await countRows();
    const path = toPath(entry, tenantId);
    const { method } = entry;
    for (const [name, token, code] of await listTokens(owner)) {
      const answer = await test.call(path, { method, token });
      expect({ name, code: answer.body.code }).toEqual({ name, code });
      expectProblem(answer, 401, code);
      expect(answer.text).not.toContain(token);
    }
    const missing = await test.call(path, { method });
    expectProblem(missing, 401, "TOKEN_MISSING");
    for (const authorization of [`Basic ${canary}`, "Bearer", `Bearer ${canary} x`]) {
      expectProblem(await test.call(path, { method, headers: { authorization } }), 401, "TOKEN_INVALID");
    }
    for (const name of ["x-api-key", "x-impersonation-session"]) {
      const answer = await test.call(path, { method, as: owner, headers: { [name]: canary } });
      expectProblem(answer, 401, "CREDENTIAL_INVALID");
    }
    expect(await countRows()).toBe(before);
  });
});

describe("bad ids in the path", () => {
  for (const entry of routes.filter((route) => route.path.includes(":"))) {
    it(`${entry.method} ${entry.path}`, async () => {
      const before = await countRows();
      for (const [, name = ""] of entry.path.matchAll(/:(\w+)/g)) {
        for (const [value, status, code] of badIds) {
          const path = toPath(entry, tenantId, [name, value]);
          expectProblem(await test.call(path, { method: entry.method, as: owner }), status, code);
        }
      }
      expect(await countRows()).toBe(before);
    });
  }
});

describe("bad queries", () => {
  describeRoute(async (entry) => {
    for (const query of [
      `?unknown=${canary}`,
      `?x=%00${canary}`,
      "?limit=1&limit=2",
      "?cursor=%ED%A0%80%00",
    ]) {
      const answer = await test.call(`${toPath(entry, tenantId)}${query}`, {
        method: entry.method,
        as: owner,
      });
      expectProblem(answer, 422, "VALIDATION_FAILED");
      expect(answer.body.errors[0].path).toMatch(/^query\./);
    }
    expectProblem(
      await test.call(`${toPath(entry, tenantId)}?x=${"a".repeat(10_240)}`, {
        method: entry.method,
        as: owner,
      }),
      414,
      "PATH_TOO_LONG",
    );
  });

  it("limits outside of 1 to 200 are refused", async () => {
    for (const limit of ["0", "201", "-1", "1.5", "x", "1e999", ""]) {
      const answer = await test.call(`/tenants?limit=${limit}`, { as: owner });
      expectProblem(answer, 422, "VALIDATION_FAILED");
    }
  });
});

describe("texts in every field", () => {
  const texts: Record<string, string> = {
    emoji: "👩‍👩‍👧‍👦".repeat(3),
    "RTL marks": "\u202eabc\u200f",
    "300 characters": "x".repeat(300),
    "300 emoji": "😀".repeat(300),
    empty: "",
    blank: " ",
    "a line break": "a\nb",
    SQL: "'; drop table public.users; --",
    "U+0000": "a\u0000b",
    "half a pair": "a\ud800b",
  };
  const fields: Record<string, readonly string[]> = {
    "POST /tenants": ["name", "displayName", "environment"],
    "PATCH /tenants/:tenantId": ["displayName", "slug", "environment"],
    "POST /tenants/:tenantId/suspend": ["reason"],
    "PUT /tenants/me/default": ["tenantId"],
    "PATCH /tenants/:tenantId/members/:userId": ["role"],
  };
  for (const [route, names] of Object.entries(fields)) {
    const [method = "", path = ""] = route.split(" ");
    it(route, async () => {
      for (const name of names) {
        for (const [kind, text] of Object.entries(texts)) {
          const base = route === "POST /tenants" ? { name: `n${Math.random().toString(36).slice(2)}` } : {};
          const target = path.replace(":tenantId", tenantId).replace(":userId", owner.id);
          const answer = await test.call(target, { method, as: owner, json: { ...base, [name]: text } });
          // Words for people may hold most things; nothing ever ends in a fault of ours.
          const isForPeople = name === "displayName" || name === "reason";
          const isFine = isForPeople && answer.status < 300 && !/U\+0000|half|300|empty|line/.test(kind);
          const isLongReason = name === "reason" && /^300/.test(kind) && answer.status < 500;
          if (!isFine && !isLongReason)
            expect({ kind, name, status: answer.status }).toEqual({ kind, name, status: 422 });
        }
      }
      await test.call(`/tenants/${tenantId}/resume`, { method: "POST", as: owner });
    });
  }
});

describe("paths and methods", () => {
  it("what is not there is 404, whoever asks", async () => {
    for (const path of [
      "/",
      "/tenants//",
      "//tenants",
      "/tenants/x/y/z/q",
      "/other",
      "/tenantsx",
      "/scheduler",
    ]) {
      expectProblem(await test.call(path, { as: owner }), 404, "NOT_FOUND");
    }
  });

  it("a method that a path does not take is 405 and names those it does", async () => {
    for (const method of ["PUT", "QUERY", "x"]) {
      const answer = await test.call("/tenants", { method, as: owner });
      expectProblem(answer, 405, "METHOD_NOT_ALLOWED");
      expect(answer.headers.get("allow")).toBe("POST, GET, HEAD, OPTIONS");
    }
    expectProblem(await test.call("/tenants/health", { method: "POST" }), 405, "METHOD_NOT_ALLOWED");
  });

  it("HEAD is GET without a body", async () => {
    const [head, get] = await Promise.all(
      ["HEAD", "GET"].map((method) => test.call("/tenants", { method, as: owner })),
    );
    expect([head?.status, head?.text]).toEqual([200, ""]);
    expect(head?.headers.get("content-type")).toBe(get?.headers.get("content-type"));
  });

  it("the gateway's prefix and a slash at the end change nothing", async () => {
    for (const path of ["/tenants/", "/functions/v1/tenants", "/functions/v1/tenants/"]) {
      expect((await test.call(path, { as: owner })).status).toBe(200);
    }
  });

  it("what the platform adds to a query is ignored", async () => {
    const answer = await test.call("/tenants?apikey=x&forceFunctionRegion=eu-west-1", { as: owner });
    expect(answer.status).toBe(200);
  });
});

it("the log holds nothing of what was sent", () => {
  const log = test.logLines.join("\n");
  expect(log).toContain('"event":"request"');
  expect(log).not.toContain(canary);
  expect(log).not.toContain("eyJ");
  expect(log).not.toContain(owner.email ?? "@");
});

it("no request of this file was a fault of ours", () => {
  expect(test.logLines.filter((line) => /request-fault|"status":5/.test(line))).toEqual([]);
});
