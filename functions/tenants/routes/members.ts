import { z } from "zod";
import { changeMemberRole as changeRole } from "../../_domains/tenancy/change-member-role.ts";
import { listMembers as list } from "../../_domains/tenancy/list-members.ts";
import { removeMember as remove } from "../../_domains/tenancy/remove-member.ts";
import { defineRoute } from "../../_shared/http/define-route.ts";
import { toEmptyReply, toReply } from "../../_shared/http/to-reply.ts";
import { id, pageOf, pageQuery, timestamp, toPageRequest } from "./schemas.ts";

const role = z.enum(["owner", "admin", "developer", "viewer"]);

const member = z
  .object({
    userId: id,
    email: z.string().nullable(),
    fullName: z.string().nullable(),
    role,
    createdAt: timestamp,
  })
  .meta({ id: "Member" });

const memberParams = z.strictObject({ tenantId: id, userId: id });

export const listMembers = defineRoute({
  summary: "List the members of a tenant",
  description: "Longest membership first. Needs members.read.",
  params: z.strictObject({ tenantId: id }),
  query: pageQuery,
  responses: { 200: { description: "A page of members.", schema: pageOf(member) } },
  errors: ["NOT_FOUND", "FORBIDDEN"],
  handle: async (ctx, { params, query }) =>
    toReply(await list(ctx, { ...params, ...toPageRequest(query) }), 200),
});

export const changeMemberRole = defineRoute({
  summary: "Change a member's role",
  description: "Needs members.manage; nobody manages or grants a role above their own.",
  params: memberParams,
  body: z.strictObject({ role }),
  responses: { 200: { description: "The changed member.", schema: member } },
  errors: ["NOT_FOUND", "FORBIDDEN", "ROLE_ABOVE_OWN", "LAST_OWNER", "PERSONAL_TENANT"],
  handle: async (ctx, { params, body }) => toReply(await changeRole(ctx, { ...params, ...body }), 200),
});

export const removeMember = defineRoute({
  summary: "Remove a member, or leave",
  description: "Everybody can end their own membership; others' need members.manage.",
  params: memberParams,
  responses: { 204: { description: "The membership has ended." } },
  errors: ["NOT_FOUND", "FORBIDDEN", "ROLE_ABOVE_OWN", "LAST_OWNER", "PERSONAL_TENANT"],
  handle: async (ctx, { params }) => toEmptyReply(await remove(ctx, params)),
});
