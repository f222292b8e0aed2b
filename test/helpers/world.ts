import { randomUUID } from "node:crypto";
import pg from "pg";
import { type ApiRole, asCaller, type Caller } from "../fixtures/security/sql-session.ts";
import { createClaims, type Person, signUp } from "./people.ts";

export type TenantName = "acme" | "beta" | "gamma";
export type RoleName = "owner" | "admin" | "developer" | "viewer";

export interface WorldMembership {
  readonly tenantId: string;
  readonly role: RoleName;
}

/** A caller of the fixture and what the tests may assume about them, said independently of the database. */
export interface WorldCaller extends Caller {
  readonly person: Person | null;
  /** False for everybody whom policies must treat as nobody, whatever rows they still have. */
  readonly isSomebody: boolean;
  readonly defaultTenantId: string | null;
  readonly memberships: readonly WorldMembership[];
}

export interface World {
  /** acme and beta are in good standing, gamma is suspended. */
  readonly tenants: Readonly<Record<TenantName, string>>;
  readonly databases: Readonly<Record<TenantName, string>>;
  readonly callers: Readonly<Record<CallerName, WorldCaller>>;
}

export const callerNames = [
  "anon",
  "outsider",
  "viewer",
  "developer",
  "admin",
  "owner",
  "rival owner",
  "ex-member",
  "suspended tenant's owner",
  "anonymous sign-in",
  "deactivated admin",
  "deleted admin",
  "worker",
  "service role",
] as const;
export type CallerName = (typeof callerNames)[number];

interface PersonalTenant {
  readonly id: string;
}

async function query<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return (await client.query<Row>(text, [...values])).rows;
}

async function readPersonalTenantId(client: pg.ClientBase, person: Person): Promise<string> {
  const rows = await query<PersonalTenant>(
    client,
    "select tenant_id as id from control_plane.tenants where personal_user_id = $1",
    [person.id],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error("the sign-up left no personal tenant");
  return id;
}

function toCaller(person: Person): Caller {
  return { name: person.id, role: "authenticated", claims: person.claims };
}

async function createTenant(client: pg.ClientBase, owner: Person, name: string): Promise<string> {
  return await asCaller(
    client,
    toCaller(owner),
    {},
    async () => {
      const rows = await query<PersonalTenant>(
        client,
        "select private.create_tenant(p_name => $1, p_display_name => $1, p_environment => 'production') as id",
        [name],
      );
      return rows[0]?.id ?? "";
    },
    "commit",
  );
}

async function join(client: pg.ClientBase, person: Person, tenantId: string, role: RoleName): Promise<void> {
  await client.query("insert into public.memberships (tenant_id, user_id, role) values ($1, $2, $3)", [
    tenantId,
    person.id,
    role,
  ]);
}

async function fillTenant(client: pg.ClientBase, tenantId: string, targetId: string): Promise<string> {
  const databaseId = randomUUID();
  await client.query(
    `insert into control_plane.tenant_data_keys (tenant_id, version, wrapped_key, master_key_id)
     values ($1, 1, '\\x01', 'local')`,
    [tenantId],
  );
  await client.query(
    `insert into control_plane.tenant_databases
       (id, tenant_id, target_id, name, database_name, role_name, host, status, connection_string_encrypted, key_version)
     values ($1, $2, $3, 'main', $4, $5, 'db.example.test', 'active', 'sealed-canary', 1)`,
    [databaseId, tenantId, targetId, `db_${databaseId}`, `tenant_${databaseId}`],
  );
  // One that was deleted: the view must not show it.
  await client.query(
    `insert into control_plane.tenant_databases
       (tenant_id, target_id, name, database_name, role_name, host, status, deleted_at)
     values ($1, $2, 'old', $3, $4, 'db.example.test', 'inactive', now())`,
    [tenantId, targetId, `db_old_${tenantId}`, `tenant_old_${tenantId}`],
  );
  await client.query(
    `insert into public.provisioning_operations (tenant_id, database_id, kind, status, finished_at)
     values ($1, $2, 'create', 'succeeded', now()), ($1, $2, 'suspend', 'succeeded', now())`,
    [tenantId, databaseId],
  );
  for (let index = 0; index < 3; index += 1) {
    await client.query(
      "insert into public.background_jobs (tenant_id, job_type, payload) values ($1, 'world', '{\"note\": 1}')",
      [tenantId],
    );
    await client.query("insert into public.settings (tenant_id, key, value) values ($1, $2, '1')", [
      tenantId,
      `world.setting_${index}`,
    ]);
    await client.query(
      "insert into public.environment_types (tenant_id, name, slug) values ($1, 'World', $2)",
      [tenantId, `world-${index}`],
    );
  }
  return databaseId;
}

async function fillPlatform(client: pg.ClientBase): Promise<string> {
  const targetId = randomUUID();
  await client.query(
    `insert into control_plane.provisioning_targets
       (id, name, region, host, admin_url_encrypted, key_version, system_identifier, capacity)
     values ($1, 'world', 'local', 'db.example.test', 'sealed-canary', 1, 'world', 1000)`,
    [targetId],
  );
  await client.query(
    `insert into control_plane.system_config (key, value) values ('world.setting', '1');
     insert into public.settings (tenant_id, key, value) values (null, 'world.platform_default', '1');
     insert into public.background_jobs (tenant_id, job_type) values (null, 'world.platform');`,
  );
  return targetId;
}

async function signUpAll(client: pg.ClientBase) {
  const names = [
    "outsider",
    "viewer",
    "developer",
    "admin",
    "owner",
    "rival",
    "exMember",
    "suspended",
    "deactivated",
    "deleted",
  ] as const;
  const people = new Map<string, Person>();
  for (const name of names) {
    people.set(name, await signUp(client, { email: `${name}-${randomUUID()}@example.test`, fullName: name }));
  }
  people.set("anonymous", await signUp(client, { email: null, isAnonymous: true }));
  return (name: (typeof names)[number] | "anonymous"): Person => {
    const person = people.get(name);
    if (!person) throw new Error(`nobody is called ${name}`);
    return person;
  };
}

type PersonOf = Awaited<ReturnType<typeof signUpAll>>;

async function fillMemberships(client: pg.ClientBase, personOf: PersonOf, acme: string): Promise<void> {
  await join(client, personOf("viewer"), acme, "viewer");
  await join(client, personOf("developer"), acme, "developer");
  await join(client, personOf("admin"), acme, "admin");
  await join(client, personOf("exMember"), acme, "developer");
  await join(client, personOf("anonymous"), acme, "admin");
  await join(client, personOf("deactivated"), acme, "admin");
  await join(client, personOf("deleted"), acme, "admin");
  await client.query("delete from public.memberships where tenant_id = $1 and user_id = $2", [
    acme,
    personOf("exMember").id,
  ]);
  await client.query("update public.users set is_active = false where id = $1", [personOf("deactivated").id]);
  await client.query("delete from auth.users where id = $1", [personOf("deleted").id]);
  // The viewer's requests act in acme without saying so; everybody else's default is their personal tenant.
  await client.query("update public.users set active_tenant_id = $1 where id = $2", [
    acme,
    personOf("viewer").id,
  ]);
}

function createNobody(name: CallerName, role: ApiRole, claims: Caller["claims"]): WorldCaller {
  return { name, role, claims, person: null, isSomebody: false, defaultTenantId: null, memberships: [] };
}

async function createCallers(
  client: pg.ClientBase,
  personOf: PersonOf,
  tenants: Readonly<Record<TenantName, string>>,
): Promise<World["callers"]> {
  const member = async (
    name: CallerName,
    person: Person,
    tenantId?: string,
    role?: RoleName,
  ): Promise<WorldCaller> => {
    const personalId = await readPersonalTenantId(client, person);
    return {
      ...toCaller(person),
      name,
      person,
      isSomebody: true,
      defaultTenantId: name === "viewer" ? tenants.acme : personalId,
      memberships: [
        { tenantId: personalId, role: "owner" },
        ...(tenantId !== undefined && role !== undefined ? [{ tenantId, role }] : []),
      ],
    };
  };
  const refused = (name: CallerName, person: Person): WorldCaller => ({
    ...createNobody(name, "authenticated", createClaims(person.id, { ...person.claims })),
    person,
  });
  return {
    anon: createNobody("anon", "anon", { role: "anon" }),
    outsider: await member("outsider", personOf("outsider")),
    viewer: await member("viewer", personOf("viewer"), tenants.acme, "viewer"),
    developer: await member("developer", personOf("developer"), tenants.acme, "developer"),
    admin: await member("admin", personOf("admin"), tenants.acme, "admin"),
    owner: await member("owner", personOf("owner"), tenants.acme, "owner"),
    "rival owner": await member("rival owner", personOf("rival"), tenants.beta, "owner"),
    "ex-member": await member("ex-member", personOf("exMember")),
    "suspended tenant's owner": await member(
      "suspended tenant's owner",
      personOf("suspended"),
      tenants.gamma,
      "owner",
    ),
    "anonymous sign-in": refused("anonymous sign-in", personOf("anonymous")),
    "deactivated admin": refused("deactivated admin", personOf("deactivated")),
    "deleted admin": refused("deleted admin", personOf("deleted")),
    worker: createNobody("worker", "gantry_worker", null),
    "service role": createNobody("service role", "service_role", { role: "service_role" }),
  };
}

/**
 * Two tenants, a suspended third, an outsider and all other kinds of callers, with rows in every table. `adminUrl` is a
 * superuser's; everything a person can do themselves is done with that person's rights.
 */
export async function createWorld(adminUrl: string): Promise<World> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const personOf = await signUpAll(client);
    const suffix = randomUUID().slice(0, 8);
    const tenants = {
      acme: await createTenant(client, personOf("owner"), `acme-${suffix}`),
      beta: await createTenant(client, personOf("rival"), `beta-${suffix}`),
      gamma: await createTenant(client, personOf("suspended"), `gamma-${suffix}`),
    };
    await fillMemberships(client, personOf, tenants.acme);
    const targetId = await fillPlatform(client);
    const databases = {
      acme: await fillTenant(client, tenants.acme, targetId),
      beta: await fillTenant(client, tenants.beta, targetId),
      gamma: await fillTenant(client, tenants.gamma, targetId),
    };
    await client.query(
      `update control_plane.tenants set status = 'suspended', suspended_at = now() where tenant_id = $1`,
      [tenants.gamma],
    );
    return { tenants, databases, callers: await createCallers(client, personOf, tenants) };
  } finally {
    await client.end();
  }
}
