import { z } from "zod";
import { chooseDefaultTenant as choose } from "../../_domains/tenancy/choose-default-tenant.ts";
import { deleteAccount } from "../../_domains/tenancy/delete-account.ts";
import { getPerson } from "../../_domains/tenancy/get-person.ts";
import { defineRoute } from "../../_shared/http/define-route.ts";
import { toEmptyReply, toReply } from "../../_shared/http/to-reply.ts";
import { id, timestamp } from "./schemas.ts";

const person = z
  .object({
    userId: id,
    email: z.string().nullable(),
    fullName: z.string().nullable(),
    activeTenantId: id.nullable().meta({ description: "The tenant of requests that name none." }),
    createdAt: timestamp,
  })
  .meta({ id: "Person" });

export const getMe = defineRoute({
  summary: "Get my account",
  responses: { 200: { description: "The caller's account.", schema: person } },
  errors: ["NOT_FOUND"],
  handle: async (ctx) => toReply(await getPerson(ctx), 200),
});

export const chooseDefaultTenant = defineRoute({
  summary: "Choose my default tenant",
  description: "Requests that name no tenant act in this one.",
  body: z.strictObject({ tenantId: id }),
  responses: { 200: { description: "The caller's account.", schema: person } },
  errors: ["NOT_FOUND"],
  handle: async (ctx, { body }) => toReply(await choose(ctx, body.tenantId), 200),
});

export const deleteMe = defineRoute({
  summary: "Delete my account",
  description:
    "Removes the account and all memberships for good. Refused, naming them in `tenants`, while tenants with other members would be left without an owner. Tenants without other members are removed after a week.",
  responses: { 204: { description: "The account is gone." } },
  errors: ["LAST_OWNER", "FORBIDDEN"],
  handle: async (ctx) => toEmptyReply(await deleteAccount(ctx)),
});
