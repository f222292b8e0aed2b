import { z } from "zod";
import { createTenant as create } from "../../_domains/tenancy/create-tenant.ts";
import { getTenant as get } from "../../_domains/tenancy/get-tenant.ts";
import { listTenants as list } from "../../_domains/tenancy/list-tenants.ts";
import { setTenantSuspended } from "../../_domains/tenancy/set-tenant-suspended.ts";
import { updateTenant as update } from "../../_domains/tenancy/update-tenant.ts";
import { defineRoute } from "../../_shared/http/define-route.ts";
import { toReply } from "../../_shared/http/to-reply.ts";
import { id, line, pageOf, pageQuery, timestamp, toPageRequest } from "./schemas.ts";

const name = z
  .string()
  .max(255)
  .regex(
    /^(?!personal-)[a-z0-9]([a-z0-9_-]*[a-z0-9])?$/,
    "Must be lower-case letters, digits, - and _, begin and end with a letter or digit, and not begin with personal-",
  );
const slug = z
  .string()
  .max(255)
  .regex(
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
    "Must be lower-case letters, digits and -, and begin and end with a letter or digit",
  );
const environment = z.enum(["development", "staging", "production"]);

const tenant = z
  .object({
    tenantId: id,
    name: z.string(),
    slug: z.string(),
    displayName: z.string(),
    environment,
    status: z.enum(["active", "inactive", "suspended", "pending"]),
    isPersonal: z.boolean(),
    role: z.string().meta({ description: "The caller's own role." }),
    suspendedAt: timestamp.nullable(),
    suspendedReason: z.string().nullable(),
    deletionScheduledAt: timestamp.nullable(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: "Tenant" });

const params = z.strictObject({ tenantId: id });

export const createTenant = defineRoute({
  summary: "Create a tenant",
  description: "The caller becomes its owner. Names are unique across the installation.",
  body: z.strictObject({ name, displayName: line(200).optional(), environment: environment.optional() }),
  responses: { 201: { description: "The new tenant.", schema: tenant } },
  errors: ["TENANT_NAME_TAKEN", "FORBIDDEN"],
  idempotency: { permission: "tenants.read", makesTenant: true },
  handle: async (ctx, { body }) => {
    const created = await create(ctx, body);
    return toReply(created, 201, (value) => ({ location: `/functions/v1/tenants/${value.tenantId}` }));
  },
});

export const listTenants = defineRoute({
  summary: "List my tenants",
  description: "All tenants the caller is a member of, suspended ones too, by name.",
  query: pageQuery,
  responses: { 200: { description: "A page of tenants.", schema: pageOf(tenant) } },
  errors: [],
  handle: async (ctx, { query }) => toReply(await list(ctx, toPageRequest(query)), 200),
});

export const getTenant = defineRoute({
  summary: "Get a tenant",
  params,
  responses: { 200: { description: "The tenant.", schema: tenant } },
  errors: ["NOT_FOUND"],
  handle: async (ctx, input) => toReply(await get(ctx, input.params.tenantId), 200),
});

export const updateTenant = defineRoute({
  summary: "Change a tenant",
  description: "Changes what is given and keeps the rest. Needs tenants.update.",
  params,
  body: z
    .strictObject({
      displayName: line(200).optional(),
      slug: slug.optional(),
      environment: environment.optional(),
    })
    .refine((body) => Object.values(body).some((value) => value !== undefined), "Must change something"),
  responses: { 200: { description: "The changed tenant.", schema: tenant } },
  errors: ["NOT_FOUND", "FORBIDDEN", "CONFLICT"],
  handle: async (ctx, input) => toReply(await update(ctx, { ...input.params, ...input.body }), 200),
});

export const suspendTenant = defineRoute({
  summary: "Suspend a tenant",
  description: "Closes the tenant and, by a job, its databases. Needs tenants.suspend. Twice is once.",
  params,
  body: z.strictObject({ reason: line(500).optional() }).optional(),
  responses: { 200: { description: "The suspended tenant.", schema: tenant } },
  errors: ["NOT_FOUND", "FORBIDDEN", "TENANT_INACTIVE", "SUSPENDED_BY_PLATFORM"],
  handle: async (ctx, { params: { tenantId }, body }) =>
    toReply(await setTenantSuspended(ctx, { tenantId, isSuspended: true, reason: body?.reason }), 200),
});

export const resumeTenant = defineRoute({
  summary: "Resume a suspended tenant",
  description:
    "Opens the tenant again and, by a job, the databases that its suspension closed. Needs tenants.suspend.",
  params,
  responses: { 200: { description: "The tenant.", schema: tenant } },
  errors: ["NOT_FOUND", "FORBIDDEN", "TENANT_INACTIVE", "SUSPENDED_BY_PLATFORM"],
  handle: async (ctx, { params: { tenantId } }) =>
    toReply(await setTenantSuspended(ctx, { tenantId, isSuspended: false }), 200),
});
