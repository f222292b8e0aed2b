import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { objects } from "./expectations.ts";
import { createRestWorld, type RestWorld } from "./rest-world.ts";

let at: RestWorld;

beforeAll(async () => {
  at = await createRestWorld();
}, 120_000);

afterAll(() => at?.stop());

const unexposed = Object.keys(objects).filter((name) => !name.startsWith("public."));

describe("what the Data API does not offer", () => {
  test.each(unexposed)("%s is not there, by name or by profile", async (object) => {
    const [schema = "", table = ""] = object.split(".");
    for (const name of ["anon", "outsider", "owner", "service role"] as const) {
      const profiled = await at.requestAs(name, "none", `/${table}`, {
        headers: { "accept-profile": schema },
      });
      expect(profiled.status).toBe(406);
      expect(profiled.json).toMatchObject({ code: "PGRST106" });
      expect(profiled.text).not.toContain(schema);
      const written = await at.requestAs(name, "none", `/${table}`, {
        method: "POST",
        headers: { "content-profile": schema },
        body: {},
      });
      expect(written.status).toBe(406);
    }
  });

  test("case 20: no near miss of a private function's name is hinted at, whoever asks", async () => {
    const names = [
      "tenant_with",
      "tenants_with",
      "tenant_wih",
      "caller_id",
      "create_tenant",
      "create_tennant",
      "delete_account",
      "read_connection",
      "read_conection",
      "register_user",
      "write_audit",
      "set_config",
      "pg_read_file",
      "pre_request",
      "raise_problem",
      "purge_due_tenants",
      "private.create_tenant",
      "auth.uid",
      "digest",
      "pg_stat_statements_reset",
    ];
    for (const caller of ["anon", "outsider", "owner", "service role"] as const) {
      for (const name of names.flatMap((base) => [base, `${base}s`, base.slice(1), base.slice(0, -1)])) {
        const reply = await at.requestAs(caller, "none", `/rpc/${name}`, { method: "POST", body: {} });
        expect(reply.status, name).toBe(404);
        expect(reply.json).toMatchObject({ code: "PGRST202", hint: null });
      }
    }
  });

  test("no near miss of a hidden table's name is hinted at, whoever asks", async () => {
    const names = ["tenant_data_keys", "provisioning_target", "system_config", "audit_columns"];
    for (const caller of ["anon", "outsider", "owner"] as const) {
      for (const name of names) {
        const reply = await at.requestAs(caller, "none", `/${name}`);
        expect(reply.status).toBe(404);
        expect(reply.text.replace(name, "")).not.toMatch(/tenant_data|targets|control_plane|private/);
      }
    }
  });

  test.each(["none", "acme"] as const)("acting in %s: the plan of a query is not shown", async (header) => {
    for (const accept of [
      "application/vnd.pgrst.plan",
      "application/vnd.pgrst.plan+json; options=analyze|verbose",
    ]) {
      const reply = await at.requestAs("owner", header, "/settings", { headers: { accept } });
      expect(reply.status).toBe(415);
      expect(reply.text).not.toMatch(/Scan|Plan|cost/);
    }
  });

  test("the description at / names nothing that the caller cannot reach", async () => {
    const anonymous = await at.requestAs("anon", "none", "/");
    expect(anonymous.text).not.toMatch(/tenant|member|settings|audit/i);
    const owner = await at.requestAs("owner", "acme", "/");
    expect(owner.text).not.toMatch(/data_keys|connection_string|system_config|provisioning_targets|rpc/);
  });

  test("OPTIONS tells nothing about rows and needs no secret", async () => {
    const reply = await at.requestAs("outsider", "none", "/settings", { method: "OPTIONS" });
    expect(reply.status).toBe(200);
    expect(reply.text).toBe("");
  });
});

describe("embedding", () => {
  const embeddings = [
    "/memberships?select=id,tenants(tenant_id,name)",
    "/memberships?select=id,user:users!memberships_user_id_fkey(id,email)",
    "/users?select=id,memberships!memberships_user_id_fkey(id,tenant_id,role)",
    "/tenants?select=tenant_id,memberships(id,user_id),settings(id,tenant_id),environment_types(id)",
    "/tenants?select=tenant_id,tenant_databases(id),background_jobs(id,tenant_id)",
    "/tenant_databases?select=id,tenants(name),provisioning_operations(id,tenant_id)",
    "/provisioning_operations?select=id,tenant_databases(id,tenant_id),users(id,email)",
    "/roles?select=name,memberships!inner(id,tenant_id,user_id)",
    "/roles?select=name,role_permissions(permission),memberships(user_id,tenants(name,settings(key,value)))",
    "/permissions?select=name,role_permissions(role,roles(memberships(id,tenant_id)))",
  ];

  test.each(embeddings)("%s shows an outsider nothing of acme or beta", async (path) => {
    const reply = await at.requestAs("outsider", "acme", path);
    expect([200, 300, 400]).toContain(reply.status);
    for (const id of [
      at.world.tenants.acme,
      at.world.tenants.beta,
      at.world.callers.owner.person?.id ?? "-",
    ]) {
      expect(reply.text).not.toContain(id);
    }
  });

  test.each(embeddings)("%s shows acme's owner nothing of beta", async (path) => {
    const reply = await at.requestAs("owner", "acme", path);
    for (const id of [
      at.world.tenants.beta,
      at.world.callers["rival owner"].person?.id ?? "-",
      at.world.databases.beta,
    ]) {
      expect(reply.text).not.toContain(id);
    }
  });

  test("aggregates over rows are off", async () => {
    const reply = await at.requestAs("owner", "acme", "/settings?select=id.count()");
    expect(reply.status).toBe(400);
  });
});
