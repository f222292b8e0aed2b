import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import type pg from "pg";

/** Someone who signed up; `claims` are those of their access token as Supabase Auth writes them. */
export interface Person {
  readonly id: string;
  readonly email: string | null;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface SignUpOptions {
  readonly email?: string | null;
  readonly fullName?: string;
  readonly isAnonymous?: boolean;
  readonly userMetadata?: Readonly<Record<string, unknown>>;
}

/** The payload of a person's access token; `extra` overrides single claims. */
export function createClaims(
  userId: string,
  extra: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const issuedAt = Math.floor(Date.now() / 1000);
  return {
    sub: userId,
    aud: "authenticated",
    role: "authenticated",
    iat: issuedAt,
    exp: issuedAt + 3600,
    aal: "aal1",
    session_id: randomUUID(),
    is_anonymous: false,
    app_metadata: { provider: "email" },
    user_metadata: {},
    ...extra,
  };
}

/** Adds an auth user as the auth server does (`client` is a superuser or supabase_auth_admin), so all triggers run. */
export async function signUp(client: pg.ClientBase, options: SignUpOptions = {}): Promise<Person> {
  const id = randomUUID();
  const email = options.email === undefined ? `${id}@example.test` : options.email;
  const userMetadata = { ...options.userMetadata, ...(options.fullName && { full_name: options.fullName }) };
  const isAnonymous = options.isAnonymous ?? false;
  await client.query(
    `insert into auth.users (id, email, raw_user_meta_data, is_anonymous) values ($1, $2, $3, $4)`,
    [id, email, JSON.stringify(userMetadata), isAnonymous],
  );
  return {
    id,
    email,
    claims: createClaims(id, { email, is_anonymous: isAnonymous, user_metadata: userMetadata }),
  };
}

/** An access token for PostgREST, signed as the local auth server signs. */
export function signToken(claims: Readonly<Record<string, unknown>>, secret: string): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .sign(new TextEncoder().encode(secret));
}
