import type pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { asCaller, attempt, connect, tryOut } from "../fixtures/security/sql-session.ts";
import { changeRole, createTeam, removeMember, type Team } from "../fixtures/security/team.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";

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

describe("changing roles", () => {
  const rank = { viewer: 10, developer: 20, admin: 30, owner: 40 } as const;
  const roles = ["viewer", "developer", "admin", "owner"] as const;
  const cases = (["owner", "admin", "developer", "viewer"] as const).flatMap((actor) =>
    roles.flatMap((target) => roles.map((to) => ({ actor, target, to }))),
  );
  test.each(cases)("$actor makes a $target $to only within the own rank", async ({ actor, target, to }) => {
    const victim = target === "owner" ? team.members.owner2 : team.members[target];
    const isSelf = actor === target && actor !== "owner";
    const result = await team.runAs(team.members[actor], changeRole, [victim.membershipId, to]);
    const mayManage = actor === "owner" || actor === "admin";
    const isWithinRank = rank[target] <= rank[actor] && rank[to] <= rank[actor];
    if (!mayManage) expect(result).toMatchObject({ code: null, ids: [] });
    else if (isWithinRank || (isSelf && to === target) || to === target) {
      expect(result).toMatchObject({ code: null, ids: [victim.membershipId] });
    } else expect(result).toMatchObject({ code: "PT403", message: "ROLE_ABOVE_OWN" });
    const isChanged = result.ids.length > 0;
    expect(await team.readRole(victim.membershipId)).toBe(isChanged ? to : target);
  });

  test("a role that does not exist is refused without a trace", async () => {
    const { membershipId } = team.members.viewer;
    const result = await team.runAs(team.members.owner, changeRole, [membershipId, "emperor"]);
    expect(result.code).toBe("23503");
    expect(result.detail).not.toContain(membershipId);
    expect(await team.readRole(membershipId)).toBe("viewer");
  });

  test("a new role works on the next statement of the same session, up and down", async () => {
    const { viewer, owner } = team.members;
    const insert =
      "insert into public.settings (tenant_id, key, value) values ($1, 'next.statement', '1') returning id";
    const member = await connect(database.adminUrl);
    try {
      const tryInsert = () =>
        asCaller(member, viewer, team.request, () => tryOut(member, viewer, insert, [team.tenantId]));
      expect((await tryInsert()).code).toBe("42501");
      await team.runAs(owner, changeRole, [viewer.membershipId, "admin"]);
      expect((await tryInsert()).ids).toHaveLength(1);
      await team.runAs(owner, changeRole, [viewer.membershipId, "viewer"]);
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
      await asCaller(member, admin, team.request, async () => {
        expect((await tryOut(member, admin, insert, [team.tenantId])).ids).toHaveLength(1);
        await team.runAs(owner, changeRole, [admin.membershipId, "viewer"]);
        expect((await tryOut(member, admin, insert, [team.tenantId])).code).toBe("42501");
        await team.runAs(owner, removeMember, [admin.membershipId]);
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
    const result = await team.runAs(
      team.members.owner,
      "update public.memberships set role = 'viewer' where tenant_id = $1 returning id",
      [team.tenantId],
    );
    expect(["PT409", "PT403"]).toContain(result.code);
    expect(await team.readRole(team.members.owner.membershipId)).toBe("owner");
    expect(await team.readRole(team.members.owner2.membershipId)).toBe("owner");
  });
});

describe("removing members and leaving", () => {
  const actors = ["owner", "admin", "developer", "viewer"] as const;
  const cases = actors.flatMap((actor) => actors.map((target) => ({ actor, target })));
  test.each(cases)("$actor removes $target only within the own rank", async ({ actor, target }) => {
    const victim = target === "owner" ? team.members.owner2 : team.members[target];
    const result = await team.runAs(team.members[actor], removeMember, [victim.membershipId]);
    const isSelf = actor === target && actor !== "owner";
    if (actor === "owner" || isSelf || (actor === "admin" && target !== "owner")) {
      expect(result).toMatchObject({ code: null, ids: [victim.membershipId] });
    } else if (actor === "admin") expect(result).toMatchObject({ code: "PT403", message: "ROLE_ABOVE_OWN" });
    else expect(result).toMatchObject({ code: null, ids: [] });
    expect(await team.readRole(victim.membershipId)).toBe(result.ids.length > 0 ? undefined : target);
  });

  test("revoked member: the next request is refused, and nothing of the tenant is seen", async () => {
    const { developer, owner } = team.members;
    const read = "select id from public.settings where tenant_id is not null";
    await client.query("insert into public.settings (tenant_id, key, value) values ($1, 'seen', '1')", [
      team.tenantId,
    ]);
    expect((await team.runAs(developer, read)).ids).toHaveLength(1);
    await team.runAs(owner, removeMember, [developer.membershipId]);
    expect((await team.runAs(developer, read)).ids).toEqual([]);
    expect((await team.runAs(developer, "select tenant_id from public.tenants")).ids).not.toContain(
      team.tenantId,
    );
  });

  test("a removed member's default tenant falls back to the personal one", async () => {
    const { developer, owner } = team.members;
    await team.runAs(developer, "select private.choose_default_tenant(p_tenant_id => $1)", [team.tenantId]);
    await team.runAs(owner, removeMember, [developer.membershipId]);
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
    await team.runAs(owner2, removeMember, [owner2.membershipId]);
    expect(await team.runAs(owner, removeMember, [owner.membershipId])).toMatchObject({
      code: "PT409",
      message: "LAST_OWNER",
    });
    expect(await team.runAs(owner, changeRole, [owner.membershipId, "admin"])).toMatchObject({
      code: "PT409",
      message: "LAST_OWNER",
    });
    expect(await team.runAs(owner, "select private.delete_account()")).toMatchObject({
      code: "PT409",
      message: "LAST_OWNER",
    });
    expect(await team.readRole(owner.membershipId)).toBe("owner");
  });
});
