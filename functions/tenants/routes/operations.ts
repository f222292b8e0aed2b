import { z } from "zod";
import { getOperation as get } from "../../_domains/provisioning/get-operation.ts";
import { listOperations as list } from "../../_domains/provisioning/list-operations.ts";
import { defineRoute } from "../../_shared/http/define-route.ts";
import { toReply } from "../../_shared/http/to-reply.ts";
import { id, pageOf, pageQuery, timestamp, toPageRequest } from "./schemas.ts";

export const operation = z
  .object({
    id,
    tenantId: id,
    databaseId: id,
    kind: z.enum(["create", "delete", "suspend", "resume"]),
    status: z.enum(["pending", "running", "succeeded", "failed", "cancelled"]),
    step: z.string().nullable(),
    progress: z.object({
      current: z.number(),
      total: z.number(),
      percentage: z.number(),
      message: z.string(),
    }),
    errorCode: z.string().nullable().meta({
      description: "Of a failed operation; while it runs, of the last attempt, which is being repeated.",
    }),
    errorMessage: z.string().nullable(),
    attempts: z.number(),
    requestedBy: id.nullable(),
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    finishedAt: timestamp.nullable(),
  })
  .meta({ id: "Operation" });

export const listOperations = defineRoute({
  summary: "List the operations on a tenant's databases",
  description: "Newest first. Needs databases.read.",
  params: z.strictObject({ tenantId: id }),
  query: pageQuery.extend({ databaseId: id.optional() }),
  responses: { 200: { description: "A page of operations.", schema: pageOf(operation) } },
  errors: ["NOT_FOUND", "FORBIDDEN"],
  handle: async (ctx, { params, query }) => {
    const { databaseId } = query;
    return toReply(await list(ctx, { ...params, databaseId, ...toPageRequest(query) }), 200);
  },
});

export const getOperation = defineRoute({
  summary: "Get an operation",
  description: "Poll it until `status` is succeeded, failed or cancelled. Needs databases.read.",
  params: z.strictObject({ tenantId: id, operationId: id }),
  responses: { 200: { description: "The operation.", schema: operation } },
  errors: ["NOT_FOUND", "FORBIDDEN"],
  handle: async (ctx, { params }) => toReply(await get(ctx, params.tenantId, params.operationId), 200),
});
