import { randomBytes } from "node:crypto";
import { createClient } from "@supabase/supabase-js";
import pg from "pg";
import { callTenants } from "./call-function.ts";
import { getDatabase, type TenantDatabase } from "./get-database.ts";
import { type DemoTarget, type Person, signUp } from "./person.ts";
import { type Property, tryDatabase, tryFunctions, tryTables } from "./try-doors.ts";

type Print = (line: string) => void;

async function createTenant(person: Person): Promise<{ tenantId: string; name: string }> {
  const name = `acme-${randomBytes(4).toString("hex")}`;
  return callTenants<{ tenantId: string; name: string }>(person.client, "POST", "", {
    name,
    displayName: "Acme",
  });
}

/** Works in the new database as its owner does: creates a table, writes a row and reads it. */
async function useDatabase({ connectionString }: TenantDatabase, print: Print): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query("create table notes (id bigint generated always as identity, body text not null)");
    await client.query("insert into notes (body) values ($1)", ["hello from the tenant's own database"]);
    const { rows } = await client.query<{ who: string; where: string; body: string }>(
      'select current_user as who, current_database() as "where", body from notes',
    );
    for (const row of rows) print(`${row.who} @ ${row.where}: "${row.body}"`);
  } finally {
    await client.end();
  }
}

/** Somebody else, a member of nothing of this, tries every door there is. */
async function tryToIntrude(
  target: DemoTarget,
  intruder: Person,
  property: Property,
  print: Print,
): Promise<void> {
  const asMember = intruder.inTenant(property.tenantId);
  const tables = (await tryTables(intruder.client, property)) + (await tryTables(asMember, property));
  print(`${tables} queries of tables and views, with and without the tenant's id in the header: no row`);
  print(`${await tryFunctions(asMember, property)} calls of the function by id: 404 each`);
  const anonymous = createClient(target.apiUrl, target.publishableKey);
  print(`${await tryTables(anonymous, property)} queries without signing in: no row`);
}

/**
 * Walks the main job against a running stack: two people sign up, one creates a tenant, asks for a database, watches the
 * progress, connects and works in it; the other one gets in by no door. Throws a DemoFault where the stack disagrees.
 */
export async function runDemo(target: DemoTarget, write: Print): Promise<void> {
  const print: Print = (line) => write(`     ${line}`);
  write("1. Ada and Mallory sign up");
  const ada = await signUp(target, "Ada");
  const mallory = await signUp(target, "Mallory");

  write("2. Ada creates a tenant");
  const tenant = await createTenant(ada);
  print(`${tenant.name}  ${tenant.tenantId}`);

  write("3. Ada asks for a database and watches the operation");
  const database = await getDatabase(ada, tenant.tenantId, print);

  write("4. Ada connects to it and creates a table");
  await useDatabase(database, print);

  write("5. Mallory sees nothing of all that");
  const property = { tenantId: tenant.tenantId, database };
  await tryToIntrude(target, mallory, property, print);

  write("6. Mallory gets a database too, and tries its credentials on Ada's");
  const own = await createTenant(mallory);
  const { connectionString } = await getDatabase(mallory, own.tenantId, print);
  print(await tryDatabase(connectionString, property));
  write("Done.");
}
