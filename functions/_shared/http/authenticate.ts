import type { Caller } from "../auth/caller.ts";
import { fail, ok, type Result } from "../errors/result.ts";
import { readClientAddress } from "./client-address.ts";
import type { Services } from "./services.ts";

const maxTokenLength = 8_192;
const maxUserAgentLength = 400;
const schemeShape = /^Bearer +(\S+) *$/i;

function readBearer(headers: Headers): Result<string> {
  const header = headers.get("authorization");
  if (header === null || header === "") return fail("TOKEN_MISSING");
  // What clients send, found without a look at each character of a long token; the rest is as RFC 9110 allows it.
  if (header.startsWith("Bearer ") && header.indexOf(" ", 7) === -1) return ok(header.slice(7));
  const token = schemeShape.exec(header)?.[1];
  return token === undefined ? fail("TOKEN_INVALID") : ok(token);
}

/** Finds out who calls. `tenantId` is not known yet and null. */
export async function authenticatePerson(
  headers: Headers,
  requestId: string,
  { verifier, env }: Pick<Services, "verifier" | "env">,
): Promise<Result<Caller>> {
  // A credential of a kind that is not accepted is refused; it never means "without it".
  if (headers.has("x-api-key") || headers.has("x-impersonation-session")) return fail("CREDENTIAL_INVALID");
  const bearer = readBearer(headers);
  if (!bearer.ok) return bearer;
  if (bearer.value.length > maxTokenLength) return fail("TOKEN_INVALID");
  const verified = await verifier.verify(bearer.value);
  if (!verified.ok) return verified;
  return ok({
    userId: verified.value.userId,
    claims: verified.value.claims,
    tenantId: null,
    requestId,
    clientAddress: readClientAddress(headers.get("x-forwarded-for"), env.trustedHops),
    userAgent: headers.get("user-agent")?.slice(0, maxUserAgentLength) ?? null,
  });
}

/** Accepts the scheduler's named secret and nothing else. */
export async function authenticateScheduler(
  headers: Headers,
  { env }: Pick<Services, "env">,
): Promise<Result<null>> {
  const bearer = readBearer(headers);
  if (!bearer.ok) return bearer;
  const { isSameSecret } = await import("../auth/is-same-secret.ts");
  return (await isSameSecret(bearer.value, env.schedulerSecret)) ? ok(null) : fail("CREDENTIAL_INVALID");
}
