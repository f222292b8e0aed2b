import { z } from "zod";
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from "zod-openapi";
import { type ErrorCode, errorCodes } from "../../functions/_shared/errors/codes.ts";
import type { SystemRoute } from "../../functions/_shared/http/define-route.ts";
import { findTenantSource } from "../../functions/_shared/http/resolve-tenant.ts";
import type { RouteEntry } from "../../functions/_shared/http/route-table.ts";
import { listErrorCodes } from "./list-error-codes.ts";

const problem = z
  .object({
    type: z.string().meta({ description: "urn:gantry:problem:<code>" }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    code: z.string().meta({ description: "Of a closed list; branch on this." }),
    requestId: z.guid(),
    errors: z
      .array(z.object({ path: z.string(), code: z.string(), message: z.string() }))
      .optional()
      .meta({ description: "With VALIDATION_FAILED: places and rules." }),
    holder: z.record(z.string(), z.unknown()).optional().meta({ description: "With OPERATION_IN_PROGRESS." }),
    tenants: z.array(z.string()).optional().meta({ description: "With LAST_OWNER." }),
  })
  .meta({ id: "Problem", description: "RFC 9457 problem details." });

const tenantHeader = z.object({
  "x-tenant-id": z.guid().meta({ description: "The tenant the request acts in." }),
});
const optionalTenantHeader = z.object({
  "x-tenant-id": z
    .guid()
    .optional()
    .meta({ description: "The tenant the request acts in; default: the caller's own choice." }),
});

const idempotencyHeader = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[ -~]{1,255}$/)
    .optional()
    .meta({
      description:
        "Any text of the caller's choice, a uuid for example. Sent again within 72 hours with the same key, the request is answered as the first time and does nothing more.",
    }),
});
const replayedHeader = z.object({
  "idempotent-replayed": z
    .literal("true")
    .optional()
    .meta({ description: "This is the answer to an earlier request with the same Idempotency-Key." }),
});

function toErrorResponses(codes: readonly ErrorCode[]): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(codes, (code) => errorCodes[code].status);
  const responses: ZodOpenApiResponsesObject = {};
  for (const [status, group] of [...byStatus].sort(([left], [right]) => left - right)) {
    responses[`${status}` as `${1 | 2 | 3 | 4 | 5}${string}`] = {
      description: group.map((code) => `\`${code}\`: ${errorCodes[code].title}`).join("\n\n"),
      content: { "application/problem+json": { schema: problem } },
    };
  }
  return responses;
}

function toResponses(entry: RouteEntry, route: SystemRoute): ZodOpenApiResponsesObject {
  const responses: ZodOpenApiResponsesObject = {};
  const headers = route.idempotency === undefined ? {} : { headers: replayedHeader };
  for (const [status, { description, schema }] of Object.entries(route.responses)) {
    responses[status as `${1 | 2 | 3 | 4 | 5}${string}`] = {
      description,
      ...headers,
      ...(schema === undefined ? {} : { content: { "application/json": { schema } } }),
    };
  }
  return { ...responses, ...toErrorResponses(listErrorCodes(entry, route)) };
}

/** "GET /tenants/:tenantId/members" -> "getTenantsByTenantIdMembers" */
function toOperationId({ method, path }: RouteEntry): string {
  const toWord = (segment: string): string => {
    const words = segment.replace(/^:/, "by-").split("-");
    return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  };
  return method.toLowerCase() + path.split("/").filter(Boolean).map(toWord).join("");
}

function toHeader(entry: RouteEntry, route: SystemRoute): z.ZodObject | undefined {
  const isRepeatable = route.idempotency !== undefined;
  if (findTenantSource(entry) !== "header" || entry.auth !== "user") {
    return isRepeatable ? idempotencyHeader : undefined;
  }
  const tenant = entry.method === "GET" ? optionalTenantHeader : tenantHeader;
  return isRepeatable ? tenant.extend(idempotencyHeader.shape) : tenant;
}

function toOperation(entry: RouteEntry, route: SystemRoute): ZodOpenApiOperationObject {
  const header = toHeader(entry, route);
  const { params, query, body, summary, description } = route;
  const security = { user: [{ accessToken: [] }], scheduler: [{ schedulerSecret: [] }], public: [] };
  return {
    operationId: toOperationId(entry),
    summary,
    ...(description === undefined ? {} : { description }),
    security: security[entry.auth],
    requestParams: {
      ...(params instanceof z.ZodObject ? { path: params } : {}),
      ...(query instanceof z.ZodObject ? { query } : {}),
      ...(header === undefined ? {} : { header }),
    },
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !body.safeParse(undefined).success,
            content: { "application/json": { schema: body } },
          },
        }),
    responses: toResponses(entry, route),
  };
}

/** Makes the OpenAPI 3.1 document of a function from the same objects that validate its requests. */
export async function createOpenApi(name: string, routes: readonly RouteEntry[]): Promise<unknown> {
  const paths: ZodOpenApiPathsObject = {};
  for (const entry of routes) {
    const path = entry.path.replaceAll(/:([^/]+)/g, "{$1}");
    const route = (await entry.load()) as SystemRoute;
    paths[path] = { ...paths[path], [entry.method.toLowerCase()]: toOperation(entry, route) };
  }
  return createDocument({
    openapi: "3.1.0",
    info: { title: `Gantry: ${name}`, version: "1" },
    servers: [{ url: "/functions/v1" }],
    paths,
    components: {
      schemas: { Problem: problem },
      securitySchemes: {
        accessToken: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: "Of Supabase Auth.",
        },
        schedulerSecret: { type: "http", scheme: "bearer", description: "GANTRY_SCHEDULER_SECRET." },
      },
    },
  });
}
