import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { become, type Caller, connect } from "../fixtures/security/sql-session.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type Person, signUp } from "../helpers/people.ts";
import { objects } from "./expectations.ts";

const tenantCount = 200;
const rowsPerTenant = 120;

let database: TestDatabase;
let client: pg.Client;
let people: { one: Person; many: Person };
let tenantId: string;

/** 200 tenants with 120 rows each in every table, as planning sees them: analyzed, with sequential scans allowed. */
async function fill(admin: pg.Client): Promise<void> {
  // Without triggers: the audit log would be most of the work.
  await admin.query("set session_replication_role = replica");
  await admin.query(
    `create temporary table filled as select gen_random_uuid() as tenant_id, n from generate_series(1, $1) n`.replace(
      "$1",
      String(tenantCount),
    ),
  );
  const each = `from filled f cross join generate_series(1, ${rowsPerTenant}) i`;
  const statements = [
    "insert into control_plane.tenants (tenant_id, name, slug, display_name) select tenant_id, 'plan-' || n, 'plan-' || n, 'Plan' from filled",
    // As many tenants again as there are people: each has a personal one.
    `create temporary table crowd as select gen_random_uuid() as user_id, gen_random_uuid() as personal_id, f.tenant_id, f.n * 1000 + i as number ${each}`,
    "insert into public.users (id, email, active_tenant_id) select user_id, number || '@example.test', personal_id from crowd",
    `insert into control_plane.tenants (tenant_id, name, slug, display_name, personal_user_id)
       select personal_id, 'personal-' || user_id, 'personal-' || user_id, 'Personal', user_id from crowd`,
    "insert into public.memberships (tenant_id, user_id, role) select tenant_id, user_id, 'viewer' from crowd",
    "insert into public.memberships (tenant_id, user_id, role) select personal_id, user_id, 'owner' from crowd",
    `insert into public.settings (tenant_id, key, value) select tenant_id, 'plan.s' || i, '1' ${each}`,
    `insert into public.environment_types (tenant_id, name, slug) select tenant_id, 'Plan', 'plan-' || i ${each}`,
    `insert into public.background_jobs (tenant_id, job_type, created_at) select tenant_id, 'plan', now() - i * interval '1 minute' ${each}`,
    `create temporary table target as select gen_random_uuid() as id`,
    `insert into control_plane.provisioning_targets (id, name, region, host, admin_url_encrypted, key_version, capacity)
       select id, 'plan', 'local', 'x', 'x', 1, 1000000 from target`,
    `insert into control_plane.tenant_databases (tenant_id, target_id, name, database_name, role_name, host, status)
       select f.tenant_id, t.id, 'plan-' || i, 'db_' || n || '_' || i, 'r', 'x', 'error'
       from filled f cross join generate_series(1, ${rowsPerTenant}) i cross join target t`,
    `insert into public.provisioning_operations (tenant_id, database_id, kind, status, finished_at)
       select d.tenant_id, d.id, 'create', 'succeeded', now() from control_plane.tenant_databases d`,
    `insert into public.audit_logs (tenant_id, action_type, action, resource_type, created_at)
       select tenant_id, 'update', 'plan', 'plan', now() - i * interval '1 second' ${each}`,
  ];
  for (const statement of statements) await admin.query(statement);
  await admin.query("set session_replication_role = origin");
}

beforeAll(async () => {
  database = await createTestDatabase();
  client = await connect(database.adminUrl);
  people = { one: await signUp(client), many: await signUp(client) };
  await fill(client);
  const first = await client.query<{ tenant_id: string }>("select tenant_id from filled order by n limit 1");
  tenantId = first.rows[0]?.tenant_id ?? "";
  await client.query(
    "insert into public.memberships (tenant_id, user_id, role) select tenant_id, $1, 'owner' from filled where tenant_id = $2",
    [people.one.id, tenantId],
  );
  await client.query(
    "insert into public.memberships (tenant_id, user_id, role) select tenant_id, $1, 'owner' from filled",
    [people.many.id],
  );
  await client.query("analyze");
}, 120_000);

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Subplan Name"?: string;
  readonly "Parent Relationship"?: string;
  readonly "Actual Rows"?: number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly PlanNode[];
}

function listNodes(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(listNodes)];
}

interface Explained {
  readonly nodes: readonly PlanNode[];
  readonly text: string;
}

/** Plans and runs the statement as the person acting in the tenant, and takes it back. */
async function explain(person: Person, text: string, values: readonly unknown[]): Promise<Explained> {
  const caller: Caller = { name: person.id, role: "authenticated", claims: person.claims };
  await client.query("begin");
  try {
    await become(client, caller, { headers: { "x-tenant-id": tenantId } });
    const result = await client.query<{ "QUERY PLAN": { Plan: PlanNode }[] }>(
      `explain (analyze, format json, timing off, summary off) ${text}`,
      [...values],
    );
    const plan = result.rows[0]?.["QUERY PLAN"][0]?.Plan;
    if (!plan) throw new Error("no plan");
    return { nodes: listNodes(plan), text: JSON.stringify(plan, null, 1) };
  } finally {
    await client.query("rollback");
  }
}

/** Small reference tables and those that one row a statement is looked up in may be scanned; tenant tables may not. */
const tenantTables = new Set([
  "tenants",
  "users",
  "memberships",
  "settings",
  "environment_types",
  "background_jobs",
  "provisioning_operations",
  "tenant_databases",
  "audit_logs",
]);

function expectCheap(explained: Explained): void {
  for (const node of explained.nodes) {
    const isTenantTable =
      tenantTables.has(node["Relation Name"] ?? "") || /^audit_logs_/.test(node["Relation Name"] ?? "");
    // A partition without a row of anybody is read in no time, whatever the plan calls it.
    const isRead = (node["Actual Rows"] ?? 0) + (node["Rows Removed by Filter"] ?? 0) > 0;
    if (isTenantTable && isRead) expect(node["Node Type"], explained.text).not.toBe("Seq Scan");
    // What is read and thrown away again would grow with the other tenants.
    if (isTenantTable)
      expect(node["Rows Removed by Filter"] ?? 0, explained.text).toBeLessThan(rowsPerTenant);
    // A function in a condition is called for each row; inside a sub-select it is an InitPlan and called once.
    const conditions = Object.entries(node).filter(([name]) => /Filter|Cond/.test(name));
    expect(JSON.stringify(conditions), explained.text).not.toMatch(
      /tenants?_with|caller_id|user_ids|auth\.|setting\(/,
    );
    expect(node["Subplan Name"] ?? "", explained.text).not.toMatch(/^SubPlan/);
    if (node["Parent Relationship"] === "SubPlan") throw new Error(`a plan for each row: ${explained.text}`);
  }
}

interface Case {
  readonly table: string;
  readonly name: string;
  readonly text: string;
  readonly needsKey: boolean;
}

function createCases(): Case[] {
  const cases: Case[] = [];
  for (const [table, expectation] of Object.entries(objects)) {
    if (expectation.select.kind === "nobody" || expectation.select.kind === "signed in") continue;
    const key = expectation.key;
    const add = (name: string, text: string, needsKey = false) => cases.push({ table, name, text, needsKey });
    add("an unfiltered first page", `select ${key} from ${table} limit 50`);
    add("the newest page", `select ${key} from ${table} order by created_at desc, ${key} limit 50`);
    add("a look-up by key", `select ${key} from ${table} where ${key} = $1`, true);
    add("a count", `select count(*) from ${table}`);
    const column = expectation.updatableColumns?.[0];
    if (column) {
      add("an update by key", `update ${table} set ${column} = ${column} where ${key} = $1`, true);
      add("an update of everything in reach", `update ${table} set ${column} = ${column}`);
    }
    if (expectation.delete) add("a delete by key", `delete from ${table} where ${key} = $1`, true);
    if (expectation.delete && table !== "public.memberships")
      add("a delete of everything in reach", `delete from ${table}`);
  }
  return cases;
}

describe.each(["one", "many"] as const)("owner with %s membership(s)", (who) => {
  test.each(createCases())(
    "$table: $name reads no other tenant's rows and plans nothing per row",
    async ({ table, text, needsKey }) => {
      const expectation = objects[table];
      const keys = needsKey
        ? await client.query<{ key: string }>(
            `select ${expectation?.key} as key from ${table} where ${expectation?.person === "id" ? "id" : "tenant_id"} = $1 limit 1`,
            [expectation?.person === "id" ? people[who].id : tenantId],
          )
        : null;
      expectCheap(await explain(people[who], text, keys ? [keys.rows[0]?.key] : []));
    },
  );
});

test("the tables of these plans are as full as the rule says", async () => {
  for (const table of [
    "settings",
    "environment_types",
    "background_jobs",
    "provisioning_operations",
    "memberships",
    "users",
    "audit_logs",
  ]) {
    const result = await client.query<{ count: number }>(
      `select count(*)::int as count from public.${table}`,
    );
    expect(result.rows[0]?.count, table).toBeGreaterThanOrEqual(20_000);
  }
});
