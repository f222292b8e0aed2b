import { withClient } from "../fixtures/security/sql-session.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type RestReply, type RestRequest, type RestServer, startRestServer } from "../helpers/postgrest.ts";
import { type CallerName, createWorld, type World } from "../helpers/world.ts";
import { readRows } from "./catalog.ts";
import { objects } from "./expectations.ts";
import type { RowFacts } from "./expected-rows.ts";
import { findTenantId, type Header } from "./run-matrix.ts";

/** Everybody who can come through the Data API; the worker cannot. */
export const restCallers = [
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
  "service role",
] as const satisfies readonly CallerName[];

/** The world, and PostgREST in front of it. */
export interface RestWorld {
  readonly database: TestDatabase;
  readonly world: World;
  readonly rest: RestServer;
  readonly rowsOf: ReadonlyMap<string, readonly RowFacts[]>;
  tokenOf(name: CallerName): string;
  requestAs(name: CallerName, header: Header, path: string, request?: RestRequest): Promise<RestReply>;
  stop(): Promise<void>;
}

export async function createRestWorld(): Promise<RestWorld> {
  const database = await createTestDatabase();
  const world = await createWorld(database.adminUrl);
  const rowsOf = new Map<string, readonly RowFacts[]>();
  await withClient(database.adminUrl, async (client) => {
    for (const [object, expectation] of Object.entries(objects)) {
      rowsOf.set(object, await readRows(client, object, expectation));
    }
  });
  const rest = await startRestServer(database.authenticatorUrl);
  const tokens = new Map<CallerName, string>();
  for (const name of restCallers) {
    const { claims } = world.callers[name];
    if (name !== "anon" && claims !== null) tokens.set(name, await rest.signToken(claims));
  }
  return {
    database,
    world,
    rest,
    rowsOf,
    tokenOf: (name) => tokens.get(name) ?? "",
    requestAs(name, header, path, request = {}) {
      const tenantId = findTenantId(world, header);
      return rest.request(path, {
        ...request,
        token: tokens.get(name) ?? null,
        headers: { ...(tenantId === null ? {} : { "x-tenant-id": tenantId }), ...request.headers },
      });
    },
    async stop() {
      await rest.stop();
      await database.drop();
    },
  };
}
