import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asCaller, attempt, connect, withClient } from "../fixtures/security/sql-session.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type Person, type SignUpOptions, signUp } from "../helpers/people.ts";

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

interface Mirror {
  readonly email: string | null;
  readonly full_name: string | null;
  readonly role: string | null;
  readonly is_default: boolean | null;
}

/** What Gantry made of a sign-up. */
async function readMirror(person: Person): Promise<Mirror | undefined> {
  const result = await client.query<Mirror>(
    `select u.email, u.full_name, m.role, u.active_tenant_id = t.tenant_id as is_default
     from public.users u
     left join control_plane.tenants t on t.personal_user_id = u.id
     left join public.memberships m on m.tenant_id = t.tenant_id and m.user_id = u.id
     where u.id = $1`,
    [person.id],
  );
  return result.rows[0];
}

test("100 sign-ups at once with equal names, emoji and without e-mail: all succeed, each with a personal tenant", async () => {
  const sessions = await Promise.all(Array.from({ length: 10 }, () => connect(database.adminUrl)));
  try {
    const options: SignUpOptions[] = [
      { fullName: "Ada Lovelace", email: null },
      { fullName: "👩‍👩‍👧‍👦 Ada 🏳️‍🌈", email: null },
      { fullName: "Ada Lovelace" },
      { fullName: "\u202eevil\u202c ada" },
      { email: null },
    ];
    const people = await Promise.all(
      sessions.flatMap((session) =>
        Array.from({ length: 10 }, (_, index) => signUp(session, options[index % options.length])),
      ),
    );
    for (const person of people) {
      expect(await readMirror(person)).toMatchObject({
        email: person.email,
        role: "owner",
        is_default: true,
      });
    }
  } finally {
    await Promise.all(sessions.map((session) => session.end()));
  }
});

describe("names that people bring", () => {
  test.each([
    ["300 characters", "x".repeat(300), "x".repeat(200)],
    ["300 emoji", "👩‍🚀".repeat(100), `${"👩‍🚀".repeat(66)}👩‍`],
    ["control characters", "a\u0001\u001f\u007fb", "a b"],
    ["line breaks", "a\r\nb\tc", "a b c"],
    ["only blanks", "   ", null],
    ["only control characters", "\u0001\u0002", null],
    ["empty", "", null],
    ["SQL", "'; drop table public.users; --", "'; drop table public.users; --"],
    ["blank at the 200th place", `${"x".repeat(199)} y`, `${"x".repeat(199)} `],
  ])("%s: the sign-up succeeds and the name is usable", async (_name, fullName, expected) => {
    const person = await signUp(client, { fullName });
    expect(await readMirror(person)).toMatchObject({ full_name: expected, role: "owner" });
  });

  test.each([
    ["an object", { full_name: { first: "x" } }],
    ["a list", { full_name: ["x"] }],
    ["a number", { full_name: 7 }],
    ["null", { full_name: null }],
    ["rights", { role: "admin", tenant_id: "11111111-2222-4333-8444-555555555555" }],
  ])("user_metadata with %s: the sign-up succeeds without any right", async (_name, userMetadata) => {
    const person = await signUp(client, { userMetadata });
    expect(await readMirror(person)).toMatchObject({ role: "owner", is_default: true });
    const memberships = await client.query("select from public.memberships where user_id = $1", [person.id]);
    expect(memberships.rowCount).toBe(1);
  });
});

describe("a sign-up never fails because of us", () => {
  /** Breaks something of ours, signs somebody up, mends it, repairs. */
  async function signUpWhileBroken(breakIt: string, mendIt: string): Promise<Person> {
    await client.query(breakIt);
    try {
      return await signUp(client, { fullName: "Unlucky" });
    } finally {
      await client.query(mendIt);
    }
  }

  const faults: [string, string, string][] = [
    [
      "the tenants table refuses",
      "alter table control_plane.tenants add constraint broken check (created_at < '2000-01-01') not valid",
      "alter table control_plane.tenants drop constraint broken",
    ],
    [
      "the users table refuses",
      "alter table public.users add constraint broken check (created_at < '2000-01-01') not valid",
      "alter table public.users drop constraint broken",
    ],
    [
      "the memberships table refuses",
      "alter table public.memberships add constraint broken check (created_at < '2000-01-01') not valid",
      "alter table public.memberships drop constraint broken",
    ],
    [
      "the audit log refuses",
      "alter table public.audit_logs add constraint broken check (created_at < '2000-01-01') not valid",
      "alter table public.audit_logs drop constraint broken",
    ],
    [
      "a right is missing",
      "revoke insert on control_plane.tenants from gantry_definer",
      "grant insert on control_plane.tenants to gantry_definer",
    ],
    [
      "the function is gone",
      "alter function private.register_user(uuid, text, text) rename to register_user_gone",
      "alter function private.register_user_gone(uuid, text, text) rename to register_user",
    ],
  ];
  test.each(faults)(
    "%s: the auth user exists, and repair_signups() makes up for it",
    async (_name, breakIt, mendIt) => {
      const person = await signUpWhileBroken(breakIt, mendIt);
      const found = await client.query("select from auth.users where id = $1", [person.id]);
      expect(found.rowCount).toBe(1);
      expect(await readMirror(person)).toBeUndefined();
      const worker = { name: "worker", role: "gantry_worker", claims: null } as const;
      const repaired = await asCaller(
        client,
        worker,
        {},
        () => attempt(client, "select private.repair_signups()"),
        "commit",
      );
      expect(repaired).toMatchObject({ code: null, ids: ["1"] });
      expect(await readMirror(person)).toMatchObject({
        full_name: "Unlucky",
        role: "owner",
        is_default: true,
      });
    },
  );

  test("a table of ours is locked by somebody: the sign-up does not wait for ever", async () => {
    await withClient(database.adminUrl, async (holder) => {
      await holder.query("begin");
      await holder.query("lock table control_plane.tenants in access exclusive mode");
      const isSettled = await withClient(database.adminUrl, async (session) => {
        const signedUp = signUp(session).then(() => "signed up");
        const gaveUp = new Promise((resolve) => setTimeout(() => resolve("still waiting"), 6_000));
        const outcome = await Promise.race([signedUp, gaveUp]);
        await holder.query("rollback");
        await signedUp;
        return outcome;
      });
      expect(isSettled).toBe("signed up");
    });
  }, 20_000);

  test("one sign-up that cannot be repaired does not keep the others waiting", async () => {
    await client.query("select private.repair_signups()");
    await client.query(
      "alter table control_plane.tenants add constraint broken check (created_at < '2000-01-01') not valid",
    );
    const people = [await signUp(client), await signUp(client), await signUp(client)];
    await client.query("alter table control_plane.tenants drop constraint broken");
    await client.query(
      `alter table control_plane.tenants add constraint broken check (personal_user_id is distinct from '${people[0]?.id}') not valid`,
    );
    try {
      const result = await client.query<{ count: number }>("select private.repair_signups() as count");
      expect(result.rows[0]?.count).toBe(2);
    } finally {
      await client.query("alter table control_plane.tenants drop constraint broken");
    }
    const result = await client.query<{ count: number }>("select private.repair_signups() as count");
    expect(result.rows[0]?.count).toBe(1);
  });
});

describe("the mirror follows the auth user", () => {
  test("a changed e-mail is copied, a removed one too", async () => {
    const person = await signUp(client);
    await client.query("update auth.users set email = 'new@example.test' where id = $1", [person.id]);
    expect(await readMirror(person)).toMatchObject({ email: "new@example.test" });
    await client.query("update auth.users set email = null where id = $1", [person.id]);
    expect(await readMirror(person)).toMatchObject({ email: null });
  });

  test("a changed e-mail never fails because of us", async () => {
    const person = await signUp(client);
    await client.query(
      "alter table public.users add constraint broken check (email <> 'unlucky@example.test') not valid",
    );
    try {
      await client.query("update auth.users set email = 'unlucky@example.test' where id = $1", [person.id]);
    } finally {
      await client.query("alter table public.users drop constraint broken");
    }
    expect(await readMirror(person)).toMatchObject({ email: person.email });
    await client.query("select private.repair_signups()");
    expect(await readMirror(person)).toMatchObject({ email: "unlucky@example.test" });
  });

  test("a deleted person leaves a row without anything personal, and no membership", async () => {
    const person = await signUp(client, { fullName: "Gone Soon" });
    await client.query("delete from auth.users where id = $1", [person.id]);
    const result = await client.query(
      "select email, full_name, active_tenant_id, is_active, deleted_at is not null as is_deleted from public.users where id = $1",
      [person.id],
    );
    expect(result.rows).toEqual([
      { email: null, full_name: null, active_tenant_id: null, is_active: false, is_deleted: true },
    ]);
    const tenant = await client.query(
      "select status, deletion_scheduled_at > now() as is_scheduled, display_name from control_plane.tenants where personal_user_id = $1",
      [person.id],
    );
    expect(tenant.rows).toEqual([
      { status: "inactive", is_scheduled: true, display_name: expect.not.stringContaining("Gone") },
    ]);
  });
});
