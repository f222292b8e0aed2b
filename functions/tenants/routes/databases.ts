import { z } from "zod";
import { getDatabase as get } from "../../_domains/provisioning/get-database.ts";
import { listDatabases as list } from "../../_domains/provisioning/list-databases.ts";
import {
  type RequestOperationInput,
  requestOperation,
} from "../../_domains/provisioning/request-operation.ts";
import { revealConnection } from "../../_domains/provisioning/reveal-connection.ts";
import { ok, type Result } from "../../_shared/errors/result.ts";
import type { Ctx } from "../../_shared/http/ctx.ts";
import { defineRoute, type Reply } from "../../_shared/http/define-route.ts";
import { toReply } from "../../_shared/http/to-reply.ts";
import { operation } from "./operations.ts";
import { id, pageOf, pageQuery, timestamp, toPageRequest } from "./schemas.ts";

const name = z
  .string()
  .max(63)
  .regex(
    /^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$/,
    "Must be lower-case letters, digits, - and _, and begin and end with a letter or digit",
  );
const region = z
  .string()
  .max(63)
  .regex(
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
    "Must be lower-case letters, digits and -, and begin and end with a letter or digit",
  );

const database = z
  .object({
    id,
    tenantId: id,
    name: z.string(),
    databaseName: z.string(),
    host: z.string(),
    port: z.number(),
    status: z.enum(["active", "inactive", "migrating", "error"]).meta({
      description:
        "migrating: on its way; inactive: suspended; error: the last operation failed, ask for it again or delete the database.",
    }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: "Database" });

const params = z.strictObject({ tenantId: id, databaseId: id });

const accepted = {
  202: {
    description: "The operation to watch, also at Location.",
    schema: z.object({ operation }),
  },
};
const operationErrors = [
  "NOT_FOUND",
  "FORBIDDEN",
  "OPERATION_IN_PROGRESS",
  "DATABASE_STATE_CONFLICT",
] as const;

const idempotency = { permission: "databases.manage" } as const;

async function accept(ctx: Ctx, input: RequestOperationInput): Promise<Result<Reply>> {
  const requested = await requestOperation(ctx, input);
  if (!requested.ok) return requested;
  const location = `/functions/v1/tenants/${requested.value.tenantId}/operations/${requested.value.id}`;
  return ok({ status: 202, body: { operation: requested.value }, headers: { location } });
}

export const listDatabases = defineRoute({
  summary: "List a tenant's databases",
  description: "By name. Needs databases.read.",
  params: z.strictObject({ tenantId: id }),
  query: pageQuery,
  responses: { 200: { description: "A page of databases.", schema: pageOf(database) } },
  errors: ["NOT_FOUND", "FORBIDDEN"],
  handle: async (ctx, { params: { tenantId }, query }) =>
    toReply(await list(ctx, { tenantId, ...toPageRequest(query) }), 200),
});

export const createDatabase = defineRoute({
  summary: "Create a database",
  description:
    "Starts an operation; the connection string can be read when it has succeeded. Asking again after a failure takes up the same database. Needs databases.manage.",
  params: z.strictObject({ tenantId: id }),
  body: z.strictObject({ name: name.optional(), region: region.optional() }).optional(),
  responses: accepted,
  errors: ["NOT_FOUND", "FORBIDDEN", "OPERATION_IN_PROGRESS", "DATABASE_NAME_TAKEN", "NO_TARGET_AVAILABLE"],
  idempotency,
  handle: (ctx, { params: { tenantId }, body }) => accept(ctx, { kind: "create", tenantId, ...body }),
});

export const getDatabase = defineRoute({
  summary: "Get a database",
  description: "Needs databases.read.",
  params,
  responses: { 200: { description: "The database.", schema: database } },
  errors: ["NOT_FOUND", "FORBIDDEN"],
  handle: async (ctx, input) => toReply(await get(ctx, input.params.tenantId, input.params.databaseId), 200),
});

export const deleteDatabase = defineRoute({
  summary: "Delete a database",
  description:
    "Ends its connections and removes it, its data and its login for good. Needs databases.manage.",
  params,
  responses: accepted,
  errors: operationErrors,
  idempotency,
  handle: (ctx, input) => accept(ctx, { kind: "delete", ...input.params }),
});

export const suspendDatabase = defineRoute({
  summary: "Suspend a database",
  description: "Ends its connections and refuses new ones; the data stays. Needs databases.manage.",
  params,
  responses: accepted,
  errors: operationErrors,
  idempotency,
  handle: (ctx, input) => accept(ctx, { kind: "suspend", ...input.params }),
});

export const resumeDatabase = defineRoute({
  summary: "Resume a suspended database",
  description: "The same login works again. Needs databases.manage.",
  params,
  responses: accepted,
  errors: operationErrors,
  idempotency,
  handle: (ctx, input) => accept(ctx, { kind: "resume", ...input.params }),
});

export const revealDatabaseConnection = defineRoute({
  summary: "Read a database's connection string",
  description: "Each reading is written to the audit log. Needs databases.connect.",
  params,
  responses: {
    200: {
      description: "The connection string; not to be stored by anything on its way.",
      schema: z.object({ connectionString: z.string() }),
    },
  },
  errors: ["NOT_FOUND", "FORBIDDEN", "DATABASE_STATE_CONFLICT"],
  async handle(ctx, { params: { tenantId, databaseId } }) {
    const revealed = await revealConnection(ctx, tenantId, databaseId);
    if (!revealed.ok) return revealed;
    const body = { connectionString: revealed.value.reveal() };
    return ok({ status: 200, body, headers: { "cache-control": "no-store" } });
  },
});
