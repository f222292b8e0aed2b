import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../fixtures/security/sql-session.ts";
import type { CallerName } from "../helpers/world.ts";
import { createFingerprint } from "./catalog.ts";
import { type ObjectExpectation, objects } from "./expectations.ts";
import { createRestWorld, type RestWorld, restCallers } from "./rest-world.ts";

let at: RestWorld;

beforeAll(async () => {
  at = await createRestWorld();
}, 120_000);

afterAll(() => at?.stop());

const exposed = Object.entries(objects).filter(([name]) => name.startsWith("public."));

/** The columns that make up the declared key. */
function keyColumns(expectation: ObjectExpectation): string[] {
  return expectation.key.split(" || ' ' || ");
}

describe("writes through PostgREST", () => {
  const writes = exposed.flatMap(([object, expectation]) =>
    restCallers.map((name) => ({ table: object.slice("public.".length), object, expectation, name })),
  );

  test.each(writes)(
    "$object: $name writes no row of another tenant",
    async ({ table, expectation, name }) => {
      const column = expectation.updatableColumns?.[0] ?? keyColumns(expectation)[0] ?? "";
      const filter =
        expectation.tenant === "tenant_id"
          ? `tenant_id=eq.${at.world.tenants.beta}`
          : `${expectation.person ?? keyColumns(expectation)[0]}=neq.${at.world.callers[name].person?.id ?? "00000000-0000-4000-8000-000000000000"}`;
      const client = await connect(at.database.adminUrl);
      try {
        const readFingerprint = await createFingerprint(client);
        const before = await readFingerprint();
        if (name === "rival owner") return;
        const replies = [
          await at.requestAs(name, "acme", `/${table}?${filter}`, {
            method: "PATCH",
            body: { [column]: "x" },
          }),
          await at.requestAs(name, "beta", `/${table}?${filter}`, {
            method: "PATCH",
            body: { [column]: "x" },
          }),
          await at.requestAs(name, "acme", `/${table}?${filter}`, { method: "DELETE" }),
          await at.requestAs(name, "beta", `/${table}?${filter}`, { method: "DELETE" }),
          await at.requestAs(name, "beta", `/${table}`, { method: "POST", body: {} }),
          await at.requestAs(name, "acme", `/${table}`, {
            method: "POST",
            body: { tenant_id: at.world.tenants.beta, key: "probe", value: 1, name: "Probe", slug: "probe" },
          }),
        ];
        for (const reply of replies) {
          expect([204, 400, 401, 403]).toContain(reply.status);
          expect(reply.text).not.toContain(at.world.tenants.beta);
        }
        expect(await readFingerprint()).toBe(before);
      } finally {
        await client.end();
      }
    },
  );

  test("case 12: an upsert on another tenant's key is refused just as on a free one", async () => {
    const post = (key: string) =>
      at.requestAs("admin", "acme", "/settings?on_conflict=tenant_id,key", {
        method: "POST",
        headers: { prefer: "resolution=merge-duplicates,return=representation" },
        body: { tenant_id: at.world.tenants.beta, key, value: 2 },
      });
    const taken = await post("world.setting_0");
    const free = await post("world.free");
    expect(taken.status).toBe(403);
    expect(taken.json).toEqual(free.json);
  });

  test.each(["settings", "environment_types"])(
    "case 12: whoever may write %s can upsert, with and without an existing row, and get the row back",
    async (table) => {
      const row =
        table === "settings" ? { key: "probe.upsert", value: 1 } : { name: "Upsert", slug: "upsert" };
      const conflict = table === "settings" ? "tenant_id,key" : "tenant_id,slug";
      const client = at.rest.createClient(at.tokenOf("admin"), at.world.tenants.acme);
      for (let round = 0; round < 2; round += 1) {
        const { data, error } = await client
          .from(table)
          .upsert({ tenant_id: at.world.tenants.acme, ...row }, { onConflict: conflict })
          .select();
        expect(error).toBeNull();
        expect(data).toHaveLength(1);
      }
      for (const name of ["viewer", "developer", "outsider", "ex-member"] as const) {
        const refused = await at.rest
          .createClient(at.tokenOf(name), at.world.tenants.acme)
          .from(table)
          .upsert({ tenant_id: at.world.tenants.acme, ...row }, { onConflict: conflict });
        expect(refused.status, name).toBe(403);
      }
      const removed = await client
        .from(table)
        .delete()
        .eq("tenant_id", at.world.tenants.acme)
        .match(row)
        .select();
      expect(removed.data).toHaveLength(1);
    },
  );

  test("an admin can rename the tenant through the view, and nobody below", async () => {
    const rename = async (name: CallerName) =>
      await at.rest
        .createClient(at.tokenOf(name), at.world.tenants.acme)
        .from("tenants")
        .update({ display_name: `Acme by ${name}` })
        .eq("tenant_id", at.world.tenants.acme)
        .select("display_name");
    for (const name of ["viewer", "developer", "outsider", "rival owner", "ex-member"] as const) {
      expect((await rename(name)).data, name).toEqual([]);
    }
    expect((await rename("admin")).data).toEqual([{ display_name: "Acme by admin" }]);
  });
});
