import { SignJWT } from "jose";

/** The token that stands for an API key at PostgREST: a role, no subject. */
export function createRoleToken(role: "anon" | "service_role", jwtSecret: string): Promise<string> {
  return new SignJWT({ role })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuedAt()
    .setExpirationTime("10y")
    .sign(new TextEncoder().encode(jwtSecret));
}
