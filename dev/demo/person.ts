import { randomBytes } from "node:crypto";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";

/** Where the stack is and what a browser may know of it. */
export interface DemoTarget {
  readonly apiUrl: string;
  readonly publishableKey: string;
}

/** Somebody who has signed up. */
export interface Person {
  readonly name: string;
  readonly client: SupabaseClient;
  /** The same person acting in one tenant: supabase-js sends the header with every request. */
  inTenant(tenantId: string): SupabaseClient;
}

/** Thrown when the stack does not do what the demo shows. */
export class DemoFault extends Error {
  override readonly name = "DemoFault";
}

/** Signs a new person up with an unmodified supabase-js client, under an address that nobody has used yet. */
export async function signUp(target: DemoTarget, name: string): Promise<Person> {
  const auth = { persistSession: false, autoRefreshToken: false };
  const client = createClient(target.apiUrl, target.publishableKey, { auth });
  const email = `${name.toLowerCase()}-${randomBytes(4).toString("hex")}@example.com`;
  const { data, error } = await client.auth.signUp({ email, password: randomBytes(16).toString("hex") });
  const token = data.session?.access_token;
  if (error || token === undefined) throw new DemoFault(`${name} cannot sign up: ${error?.message}`);
  return {
    name,
    client,
    inTenant: (tenantId) =>
      createClient(target.apiUrl, target.publishableKey, {
        auth,
        global: { headers: { authorization: `Bearer ${token}`, "x-tenant-id": tenantId } },
      }),
  };
}
