import { randomUUID } from "node:crypto";
import type { Services } from "../../../functions/_shared/http/services.ts";
import { routes } from "../../../functions/tenants/routes.ts";
import type { Person } from "../../helpers/people.ts";
import { type Answered, type CallOptions, startTestApp, type TestApp } from "./test-app.ts";

/** The tenants function with two people, a tenant of the first, and a target with room. */
export interface IdempotencyWorld extends TestApp {
  readonly ada: Person;
  readonly bob: Person;
  readonly tenantId: string;
  readonly databases: string;
  /** POSTs with the header Idempotency-Key. */
  send(path: string, as: Person, key: string, json?: unknown, options?: CallOptions): Promise<Answered>;
  count(text: string, params?: readonly unknown[]): Promise<number>;
  /** Lets the lease of a request end, as time would. */
  endLease(key: string): Promise<void>;
  addMember(person: Person, role: string): Promise<void>;
}

/** A database can be asked for; nobody connects to this target. */
const insertTarget = `
  insert into control_plane.provisioning_targets
    (name, adapter, region, host, port, admin_url_encrypted, key_version, system_identifier, capacity)
  values ('nowhere', 'postgres', 'local', '127.0.0.1', 1, 'A256GCM.1.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA', 1, '1', 1000)`;

export async function startIdempotencyWorld(services: Partial<Services> = {}): Promise<IdempotencyWorld> {
  const test = await startTestApp("tenants", routes, services);
  const [ada, bob] = [await test.signUp({ fullName: "Ada" }), await test.signUp({ fullName: "Bob" })];
  await test.admin.query(insertTarget);
  const name = `world-${randomUUID()}`;
  const made = await test.call("/tenants", { method: "POST", as: ada, json: { name } });
  const tenantId = made.body.tenantId as string;
  return {
    ...test,
    ada,
    bob,
    tenantId,
    databases: `/tenants/${tenantId}/databases`,
    send: (path, as, key, json, options = {}) =>
      test.call(path, {
        method: "POST",
        as,
        ...(json === undefined ? {} : { json }),
        ...options,
        headers: { "idempotency-key": key, ...options.headers },
      }),
    async count(text, params = []) {
      const { rows } = await test.admin.query(`select count(*)::int as n from ${text}`, [...params]);
      return rows[0].n;
    },
    async endLease(key) {
      await test.admin.query(
        "update control_plane.idempotency_keys set lease_expires_at = now() where key = $1",
        [key],
      );
    },
    async addMember(person, role) {
      await test.admin.query(
        "insert into public.memberships (tenant_id, user_id, role) values ($1, $2, $3)",
        [tenantId, person.id, role],
      );
    },
  };
}
