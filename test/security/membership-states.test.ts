import type pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { asCaller, become, type Caller, connect, tryOut } from "../fixtures/security/sql-session.ts";
import {
  changeRole,
  createBareTenant,
  createTeam,
  joinTenant,
  removeMember,
  type Team,
  toCaller,
} from "../fixtures/security/team.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { signUp } from "../helpers/people.ts";

let database: TestDatabase;
let client: pg.Client;
let team: Team;

beforeAll(async () => {
  database = await createTestDatabase();
  client = await connect(database.adminUrl);
}, 120_000);

beforeEach(async () => {
  team = await createTeam(client);
});

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

describe("nine states of a membership", () => {
  const states: [string, () => Promise<Caller>, { read: boolean; write: boolean }][] = [
    ["never a member", async () => toCaller(await signUp(client)), { read: false, write: false }],
    ["accepted as admin", async () => team.members.admin, { read: true, write: true }],
    [
      "deactivated person",
      async () => {
        await client.query("update public.users set is_active = false where id = $1", [
          team.members.admin.id,
        ]);
        return team.members.admin;
      },
      { read: false, write: false },
    ],
    [
      "removed",
      async () => {
        await team.runAs(team.members.owner, removeMember, [team.members.admin.membershipId]);
        return team.members.admin;
      },
      { read: false, write: false },
    ],
    [
      "removed and taken back as admin",
      async () => {
        await team.runAs(team.members.owner, removeMember, [team.members.admin.membershipId]);
        await client.query(
          "insert into public.memberships (tenant_id, user_id, role) values ($1, $2, 'admin')",
          [team.tenantId, team.members.admin.id],
        );
        return team.members.admin;
      },
      { read: true, write: true },
    ],
    [
      "ownership handed over",
      async () => {
        const { owner, owner2 } = team.members;
        await team.runAs(owner, changeRole, [owner.membershipId, "viewer"]);
        await team.runAs(owner2, changeRole, [team.members.viewer.membershipId, "owner"]);
        return owner;
      },
      { read: true, write: false },
    ],
    [
      "tenant suspended",
      async () => {
        await team.runAs(team.members.owner, "select private.set_tenant_suspended($1, true, 'test')", [
          team.tenantId,
        ]);
        return team.members.owner;
      },
      { read: false, write: false },
    ],
    [
      "tenant suspended and resumed",
      async () => {
        await team.runAs(team.members.owner, "select private.set_tenant_suspended($1, true, 'test')", [
          team.tenantId,
        ]);
        await team.runAs(team.members.owner, "select private.set_tenant_suspended($1, false, null)", [
          team.tenantId,
        ]);
        return team.members.owner;
      },
      { read: true, write: true },
    ],
    [
      "account deleted, token still valid",
      async () => {
        await client.query("delete from auth.users where id = $1", [team.members.admin.id]);
        return team.members.admin;
      },
      { read: false, write: false },
    ],
  ];

  test.each(states)("%s: select, insert, update and delete as declared", async (_name, reach, expected) => {
    await client.query("insert into public.settings (tenant_id, key, value) values ($1, 'state.row', '1')", [
      team.tenantId,
    ]);
    const caller = await reach();
    const statements = {
      select: "select id from public.settings where tenant_id = $1 and key = 'state.row'",
      insert:
        "insert into public.settings (tenant_id, key, value) values ($1, 'state.new', '1') returning id",
      update: "update public.settings set value = '2' where tenant_id = $1 returning id",
      delete: "delete from public.settings where tenant_id = $1 returning id",
    };
    await asCaller(client, caller, team.request, async () => {
      const run = (text: string) => tryOut(client, caller, text, [team.tenantId]);
      expect((await run(statements.select)).ids).toHaveLength(expected.read ? 1 : 0);
      const insert = await run(statements.insert);
      expect(insert.code).toBe(expected.write ? null : "42501");
      expect((await run(statements.update)).ids).toHaveLength(expected.write ? 1 : 0);
      expect((await run(statements.delete)).ids).toHaveLength(expected.write ? 1 : 0);
    });
  });

  test.each([
    ["suspended tenant: its members still see it, its members and its log, and can leave", "suspended"],
    ["inactive tenant: its members still see it, its members and its log, and can leave", "inactive"],
  ])("%s", async (_name, status) => {
    await client.query(
      `update control_plane.tenants set status = $2, suspended_at = case when $2 = 'suspended' then now() end
       where tenant_id = $1`,
      [team.tenantId, status],
    );
    const { admin } = team.members;
    expect((await team.runAs(admin, "select tenant_id from public.tenants")).ids).toContain(team.tenantId);
    expect(
      (await team.runAs(admin, "select id from public.memberships where tenant_id = $1", [team.tenantId]))
        .ids,
    ).toHaveLength(5);
    expect((await team.runAs(admin, "select id from public.audit_logs")).ids.length).toBeGreaterThan(0);
    expect((await team.runAs(admin, removeMember, [team.members.viewer.membershipId])).ids).toEqual([]);
    expect((await team.runAs(admin, removeMember, [admin.membershipId])).ids).toEqual([admin.membershipId]);
  });
});

describe("cases 14 and 15: no policy recurses, for members of 0, 1 and 3 tenants", () => {
  const tables = [
    "public.users",
    "public.memberships",
    "public.tenants",
    "control_plane.tenants",
    "public.tenant_databases",
    "public.settings",
    "public.environment_types",
    "public.background_jobs",
    "public.provisioning_operations",
    "public.audit_logs",
    "public.roles",
    "public.permissions",
    "public.role_permissions",
  ];
  test.each([0, 1, 3])("member of %d tenants", async (count) => {
    const person = await signUp(client);
    if (count === 0) {
      // Somebody whose sign-up is not repaired yet.
      await client.query("set session_replication_role = replica");
      await client.query("update public.users set active_tenant_id = null where id = $1", [person.id]);
      await client.query("delete from public.memberships where user_id = $1", [person.id]);
      await client.query("set session_replication_role = origin");
    }
    for (let index = 1; index < count; index += 1) {
      await joinTenant(client, await createBareTenant(client), "owner", person);
    }
    const caller = toCaller(person);
    await asCaller(client, caller, {}, async () => {
      for (const table of tables) {
        const result = await tryOut(client, caller, `select 1 from ${table}`);
        expect(result.code, `${table}: ${result.message}`).toBeNull();
      }
      const own = await tryOut(client, caller, "select tenant_id from public.tenants");
      expect(own.ids).toHaveLength(count);
    });
  });
});

test("settings of one transaction never decide about another: the claims alone make the caller", async () => {
  await client.query("begin");
  await become(client, team.members.owner, team.request);
  await client.query("commit");
  await client.query("begin");
  const left = await client.query<{ claims: string | null }>(
    "select current_setting('request.jwt.claims', true) as claims, current_user as who",
  );
  await client.query("rollback");
  expect(left.rows[0]?.claims ?? "").toBe("");
});
