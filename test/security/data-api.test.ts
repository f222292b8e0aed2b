import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RestReply } from "../helpers/postgrest.ts";
import type { CallerName } from "../helpers/world.ts";
import { type ObjectExpectation, objects, type Reach } from "./expectations.ts";
import { findActiveTenant, isReached } from "./expected-rows.ts";
import { createRestWorld, type RestWorld, restCallers } from "./rest-world.ts";
import { findTenantId, type Header, headers } from "./run-matrix.ts";

let at: RestWorld;

beforeAll(async () => {
  at = await createRestWorld();
}, 120_000);

afterAll(() => at?.stop());

const exposed = Object.entries(objects).filter(([name]) => name.startsWith("public."));

function expectedKeys(object: string, reach: Reach, name: CallerName, header: Header): string[] {
  const caller = at.world.callers[name];
  const active = findActiveTenant(caller, findTenantId(at.world, header));
  return (at.rowsOf.get(object) ?? [])
    .filter((row) => isReached(at.world, reach, caller, active, row))
    .map((row) => row.key)
    .sort();
}

/** The declared key as PostgREST selects it: its columns, joined again here. */
function keyColumns(expectation: ObjectExpectation): string[] {
  return expectation.key.split(" || ' ' || ");
}

function toKeys(reply: RestReply, expectation: ObjectExpectation): string[] {
  const rows = reply.json as Record<string, unknown>[];
  return rows
    .map((row) =>
      keyColumns(expectation)
        .map((column) => String(row[column]))
        .join(" "),
    )
    .sort();
}

function isSignedIn(name: CallerName): boolean {
  return at.world.callers[name].role === "authenticated";
}

describe.each(exposed)("%s through PostgREST", (object, expectation) => {
  const table = object.slice("public.".length);
  const select = keyColumns(expectation).join(",");

  describe.each(restCallers)("%s", (name) => {
    test.each(headers)("acting in %s: GET returns exactly the declared rows", async (header) => {
      const reply = await at.requestAs(name, header, `/${table}?select=${select}`);
      if (!isSignedIn(name)) {
        expect(reply.status).toBe(name === "anon" ? 401 : 403);
        expect(reply.json).toMatchObject({ code: "42501" });
        return;
      }
      expect(reply.status).toBe(200);
      expect(toKeys(reply, expectation)).toEqual(expectedKeys(object, expectation.select, name, header));
    });

    test("acting in acme: HEAD with count=exact counts the same rows and no others", async () => {
      const reply = await at.requestAs(name, "acme", `/${table}?select=${select}`, {
        method: "HEAD",
        headers: { prefer: "count=exact" },
      });
      const total = reply.headers.get("content-range")?.split("/")[1];
      if (isSignedIn(name)) {
        expect(total).toBe(String(expectedKeys(object, expectation.select, name, "acme").length));
      } else expect([401, 403]).toContain(reply.status);
    });

    test("acting in acme: CSV holds the same rows and no others", async () => {
      const reply = await at.requestAs(name, "acme", `/${table}?select=${select}`, {
        headers: { accept: "text/csv" },
      });
      if (!isSignedIn(name)) return expect([401, 403]).toContain(reply.status);
      const lines = reply.text.split("\n").slice(1).filter(Boolean);
      expect(lines.map((line) => line.replaceAll(",", " ")).sort()).toEqual(
        expectedKeys(object, expectation.select, name, "acme"),
      );
    });

    test("acting in acme: or=, not. and a filter by the foreign tenant bring no other row", async () => {
      if (!isSignedIn(name)) return;
      const own = expectedKeys(object, expectation.select, name, "acme");
      const first = keyColumns(expectation)[0] ?? "";
      for (const filter of [`or=(${first}.not.is.null,${first}.is.null)`, `not.and=(${first}.is.null)`]) {
        const reply = await at.requestAs(name, "acme", `/${table}?select=${select}&${filter}`);
        expect(toKeys(reply, expectation), filter).toEqual(own);
      }
      if (expectation.tenant !== "tenant_id") return;
      const foreign = await at.requestAs(
        name,
        "acme",
        `/${table}?select=${select}&tenant_id=eq.${at.world.tenants.beta}`,
      );
      const visible = new Set(own);
      const expected = (at.rowsOf.get(object) ?? []).filter(
        (row) => row.tenantId === at.world.tenants.beta && visible.has(row.key),
      );
      expect(toKeys(foreign, expectation)).toEqual(expected.map((row) => row.key).sort());
    });
  });
});
