import type pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type Attempt,
  asCaller,
  attempt,
  become,
  type Caller,
  connect,
  tryOut,
} from "../fixtures/security/sql-session.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type Person, signUp } from "../helpers/people.ts";
import type { RoleName } from "../helpers/world.ts";

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = await connect(database.adminUrl);
}, 120_000);

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

interface Team {
  readonly tenantId: string;
  readonly members: Readonly<Record<RoleName | "owner2", Caller & { id: string; membershipId: string }>>;
}

let team: Team;

function toCaller(person: Person): Caller & { id: string } {
  return { name: person.id, role: "authenticated", claims: person.claims, id: person.id };
}

async function createTeamTenant(name: string): Promise<string> {
  const result = await client.query<{ id: string }>(
    `insert into control_plane.tenants (name, slug, display_name) values ($1, $1, $1) returning tenant_id as id`,
    [name],
  );
  return result.rows[0]?.id ?? "";
}

async function join(tenantId: string, role: RoleName, person?: Person) {
  const member = toCaller(person ?? (await signUp(client)));
  const result = await client.query<{ id: string }>(
    "insert into public.memberships (tenant_id, user_id, role) values ($1, $2, $3) returning id",
    [tenantId, member.id, role],
  );
  return { ...member, membershipId: result.rows[0]?.id ?? "" };
}

let teamCount = 0;

beforeEach(async () => {
  teamCount += 1;
  const tenantId = await createTeamTenant(`team-${teamCount}`);
  team = {
    tenantId,
    members: {
      owner: await join(tenantId, "owner"),
      owner2: await join(tenantId, "owner"),
      admin: await join(tenantId, "admin"),
      developer: await join(tenantId, "developer"),
      viewer: await join(tenantId, "viewer"),
    },
  };
});

function inTeam(): { headers: Record<string, string> } {
  return { headers: { "x-tenant-id": team.tenantId } };
}

async function readRole(membershipId: string): Promise<string | undefined> {
  const result = await client.query<{ role: string }>("select role from public.memberships where id = $1", [
    membershipId,
  ]);
  return result.rows[0]?.role;
}

/** Runs one statement for good, as the caller acting in the team. */
async function runAs(caller: Caller, text: string, parameters: readonly unknown[] = []): Promise<Attempt> {
  return await asCaller(client, caller, inTeam(), () => attempt(client, text, parameters), "commit");
}

const changeRole = "update public.memberships set role = $2 where id = $1 returning id";
const remove = "delete from public.memberships where id = $1 returning id";

describe("changing roles", () => {
  const rank = { viewer: 10, developer: 20, admin: 30, owner: 40 } as const;
  const roles = ["viewer", "developer", "admin", "owner"] as const;
  const cases = (["owner", "admin", "developer", "viewer"] as const).flatMap((actor) =>
    roles.flatMap((target) => roles.map((to) => ({ actor, target, to }))),
  );
  test.each(cases)("$actor makes a $target $to only within the own rank", async ({ actor, target, to }) => {
    const victim = target === "owner" ? team.members.owner2 : team.members[target];
    const isSelf = actor === target && actor !== "owner";
    const result = await runAs(team.members[actor], changeRole, [victim.membershipId, to]);
    const mayManage = actor === "owner" || actor === "admin";
    const isWithinRank = rank[target] <= rank[actor] && rank[to] <= rank[actor];
    if (!mayManage) expect(result).toMatchObject({ code: null, ids: [] });
    else if (isWithinRank || (isSelf && to === target) || to === target) {
      expect(result).toMatchObject({ code: null, ids: [victim.membershipId] });
    } else expect(result).toMatchObject({ code: "PT403", message: "ROLE_ABOVE_OWN" });
    const isChanged = result.ids.length > 0;
    expect(await readRole(victim.membershipId)).toBe(isChanged ? to : target);
  });

  test("a role that does not exist is refused without a trace", async () => {
    const { membershipId } = team.members.viewer;
    const result = await runAs(team.members.owner, changeRole, [membershipId, "emperor"]);
    expect(result.code).toBe("23503");
    expect(result.detail).not.toContain(membershipId);
    expect(await readRole(membershipId)).toBe("viewer");
  });

  test("a new role works on the next statement of the same session, up and down", async () => {
    const { viewer, owner } = team.members;
    const insert =
      "insert into public.settings (tenant_id, key, value) values ($1, 'next.statement', '1') returning id";
    const member = await connect(database.adminUrl);
    try {
      const tryInsert = () =>
        asCaller(member, viewer, inTeam(), () => tryOut(member, viewer, insert, [team.tenantId]));
      expect((await tryInsert()).code).toBe("42501");
      await runAs(owner, changeRole, [viewer.membershipId, "admin"]);
      expect((await tryInsert()).ids).toHaveLength(1);
      await runAs(owner, changeRole, [viewer.membershipId, "viewer"]);
      expect((await tryInsert()).code).toBe("42501");
    } finally {
      await member.end();
    }
  });

  test("a role change reaches a transaction that is already open", async () => {
    const { admin, owner } = team.members;
    const member = await connect(database.adminUrl);
    const insert =
      "insert into public.settings (tenant_id, key, value) values ($1, 'open.transaction', '1') returning id";
    try {
      await asCaller(member, admin, inTeam(), async () => {
        expect((await tryOut(member, admin, insert, [team.tenantId])).ids).toHaveLength(1);
        await runAs(owner, changeRole, [admin.membershipId, "viewer"]);
        expect((await tryOut(member, admin, insert, [team.tenantId])).code).toBe("42501");
        await runAs(owner, remove, [admin.membershipId]);
        expect(
          (
            await tryOut(member, admin, "select id from public.memberships where tenant_id = $1", [
              team.tenantId,
            ])
          ).ids,
        ).toEqual([]);
      });
    } finally {
      await member.end();
    }
  });

  test("one statement over all members cannot demote the last owner", async () => {
    const result = await runAs(
      team.members.owner,
      "update public.memberships set role = 'viewer' where tenant_id = $1 returning id",
      [team.tenantId],
    );
    expect(["PT409", "PT403"]).toContain(result.code);
    expect(await readRole(team.members.owner.membershipId)).toBe("owner");
    expect(await readRole(team.members.owner2.membershipId)).toBe("owner");
  });
});

describe("removing members and leaving", () => {
  const actors = ["owner", "admin", "developer", "viewer"] as const;
  const cases = actors.flatMap((actor) => actors.map((target) => ({ actor, target })));
  test.each(cases)("$actor removes $target only within the own rank", async ({ actor, target }) => {
    const victim = target === "owner" ? team.members.owner2 : team.members[target];
    const result = await runAs(team.members[actor], remove, [victim.membershipId]);
    const isSelf = actor === target && actor !== "owner";
    if (actor === "owner" || isSelf || (actor === "admin" && target !== "owner")) {
      expect(result).toMatchObject({ code: null, ids: [victim.membershipId] });
    } else if (actor === "admin") expect(result).toMatchObject({ code: "PT403", message: "ROLE_ABOVE_OWN" });
    else expect(result).toMatchObject({ code: null, ids: [] });
    expect(await readRole(victim.membershipId)).toBe(result.ids.length > 0 ? undefined : target);
  });

  test("revoked member: the next request is refused, and nothing of the tenant is seen", async () => {
    const { developer, owner } = team.members;
    const read = "select id from public.settings where tenant_id is not null";
    await client.query("insert into public.settings (tenant_id, key, value) values ($1, 'seen', '1')", [
      team.tenantId,
    ]);
    expect((await runAs(developer, read)).ids).toHaveLength(1);
    await runAs(owner, remove, [developer.membershipId]);
    expect((await runAs(developer, read)).ids).toEqual([]);
    expect((await runAs(developer, "select tenant_id from public.tenants")).ids).not.toContain(team.tenantId);
  });

  test("a removed member's default tenant falls back to the personal one", async () => {
    const { developer, owner } = team.members;
    await runAs(developer, "select private.choose_default_tenant(p_tenant_id => $1)", [team.tenantId]);
    await runAs(owner, remove, [developer.membershipId]);
    const result = await client.query<{ is_personal: boolean }>(
      `select t.personal_user_id = u.id as is_personal from public.users u
       join control_plane.tenants t on t.tenant_id = u.active_tenant_id where u.id = $1`,
      [developer.id],
    );
    expect(result.rows).toEqual([{ is_personal: true }]);
  });

  test("nobody leaves their personal tenant, not even by a delete without a filter", async () => {
    const { viewer } = team.members;
    const own = await asCaller(client, viewer, {}, () =>
      attempt(client, "delete from public.memberships returning id"),
    );
    expect(own).toMatchObject({ code: "PT409", message: "PERSONAL_TENANT" });
  });

  test("the last owner of a tenant with other members can neither leave nor step down", async () => {
    const { owner, owner2 } = team.members;
    await runAs(owner2, remove, [owner2.membershipId]);
    expect(await runAs(owner, remove, [owner.membershipId])).toMatchObject({
      code: "PT409",
      message: "LAST_OWNER",
    });
    expect(await runAs(owner, changeRole, [owner.membershipId, "admin"])).toMatchObject({
      code: "PT409",
      message: "LAST_OWNER",
    });
    expect(await runAs(owner, "select private.delete_account()")).toMatchObject({
      code: "PT409",
      message: "LAST_OWNER",
    });
    expect(await readRole(owner.membershipId)).toBe("owner");
  });
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
        await runAs(team.members.owner, remove, [team.members.admin.membershipId]);
        return team.members.admin;
      },
      { read: false, write: false },
    ],
    [
      "removed and taken back as admin",
      async () => {
        await runAs(team.members.owner, remove, [team.members.admin.membershipId]);
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
        await runAs(owner, changeRole, [owner.membershipId, "viewer"]);
        await runAs(owner2, changeRole, [team.members.viewer.membershipId, "owner"]);
        return owner;
      },
      { read: true, write: false },
    ],
    [
      "tenant suspended",
      async () => {
        await runAs(team.members.owner, "select private.set_tenant_suspended($1, true, 'test')", [
          team.tenantId,
        ]);
        return team.members.owner;
      },
      { read: false, write: false },
    ],
    [
      "tenant suspended and resumed",
      async () => {
        await runAs(team.members.owner, "select private.set_tenant_suspended($1, true, 'test')", [
          team.tenantId,
        ]);
        await runAs(team.members.owner, "select private.set_tenant_suspended($1, false, null)", [
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
    await asCaller(client, caller, inTeam(), async () => {
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
    expect((await runAs(admin, "select tenant_id from public.tenants")).ids).toContain(team.tenantId);
    expect(
      (await runAs(admin, "select id from public.memberships where tenant_id = $1", [team.tenantId])).ids,
    ).toHaveLength(5);
    expect((await runAs(admin, "select id from public.audit_logs")).ids.length).toBeGreaterThan(0);
    expect((await runAs(admin, remove, [team.members.viewer.membershipId])).ids).toEqual([]);
    expect((await runAs(admin, remove, [admin.membershipId])).ids).toEqual([admin.membershipId]);
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
      await join(await createTeamTenant(`depth-${count}-${index}-${teamCount}`), "owner", person);
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
  await become(client, team.members.owner, inTeam());
  await client.query("commit");
  await client.query("begin");
  const left = await client.query<{ claims: string | null }>(
    "select current_setting('request.jwt.claims', true) as claims, current_user as who",
  );
  await client.query("rollback");
  expect(left.rows[0]?.claims ?? "").toBe("");
});
