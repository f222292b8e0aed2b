import type { ZodType, z } from "zod";
import type { ErrorCode } from "../errors/codes.ts";
import type { Result } from "../errors/result.ts";
import type { Ctx, SystemCtx } from "./ctx.ts";

export interface Reply {
  readonly status: number;
  /** Sent as JSON; absent for 204. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Members of the body that are shown once: a repetition is answered without them, with `secretAlreadyShown: true`. */
  readonly secretFields?: readonly string[];
}

/** Lets callers repeat a request without repeating what it does, by the header Idempotency-Key. */
export interface Idempotency {
  /** What the caller must hold, in the tenant of the request, each time. */
  readonly permission: string;
  /**
   * For routes that make a tenant and act in none. The tenant's id is `operationId`, and only who holds the permission
   * in it gets the answer again.
   */
  readonly makesTenant?: true;
}

export interface ResponseSpec {
  readonly description: string;
  /** Absent for answers without a body. */
  readonly schema?: ZodType;
}

type Parsed<S> = S extends ZodType ? z.output<S> : undefined;

/** The parsed parts of a request; undefined where the route declares none. */
export interface RouteInput<P, Q, B> {
  readonly params: Parsed<P>;
  readonly query: Parsed<Q>;
  readonly body: Parsed<B>;
}

/** A route: what it takes, what it can answer, and what it does. The OpenAPI document is made from the same object. */
export interface RouteSpec<C, P, Q, B> {
  readonly summary: string;
  readonly description?: string;
  /** Path parameters; required when the path has any. */
  readonly params?: P;
  /** Query parameters; without a schema none are accepted. */
  readonly query?: Q;
  /** JSON body; without a schema only no body or an empty object is accepted. */
  readonly body?: B;
  readonly responses: Readonly<Record<number, ResponseSpec>>;
  /** Codes of its own; those that any route can answer are added. */
  readonly errors: readonly ErrorCode[];
  /** Without it, the header Idempotency-Key has no effect. The handler names what it makes by `ctx.operationId`. */
  readonly idempotency?: Idempotency;
  /** Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Default 30000. */
  readonly timeoutMs?: number;
  handle(ctx: C, input: RouteInput<P, Q, B>): Promise<Result<Reply>>;
}

/** A route of any input types, as the table and the OpenAPI generator see it. */
export type AnyRoute<C> = Omit<
  RouteSpec<C, unknown, unknown, unknown>,
  "params" | "query" | "body" | "handle"
> & {
  readonly params?: ZodType;
  readonly query?: ZodType;
  readonly body?: ZodType;
  handle(ctx: C, input: { params: unknown; query: unknown; body: unknown }): Promise<Result<Reply>>;
};

export type UserRoute = AnyRoute<Ctx>;
export type SystemRoute = AnyRoute<SystemCtx>;

/** A route for people, `auth: "user"`. Costs nothing at run time: it gives the handler the types of its schemas. */
export function defineRoute<
  P extends ZodType | undefined = undefined,
  Q extends ZodType | undefined = undefined,
  B extends ZodType | undefined = undefined,
>(spec: RouteSpec<Ctx, P, Q, B>): UserRoute {
  return spec as unknown as UserRoute;
}

/** A route without a person, `auth: "scheduler"` or `"public"`. */
export function defineSystemRoute<
  P extends ZodType | undefined = undefined,
  Q extends ZodType | undefined = undefined,
  B extends ZodType | undefined = undefined,
>(spec: RouteSpec<SystemCtx, P, Q, B>): SystemRoute {
  return spec as unknown as SystemRoute;
}
