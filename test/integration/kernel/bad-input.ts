import { randomUUID } from "node:crypto";
import type { RouteEntry } from "../../../functions/_shared/http/route-table.ts";
import type { Person } from "../../helpers/people.ts";
import { type CallOptions, signClaims } from "./test-app.ts";

/** Something in each bad input that must not come back in an answer, nor reach the log. */
export const canary = "canary5f2e91";

export interface BadInput {
  readonly name: string;
  readonly options: CallOptions;
  readonly status: number;
  readonly code: string;
}

const maxBodyBytes = 1_048_576;
const mebibyte = 1_048_576;
const json = { "content-type": "application/json" };

/** A body of unknown length, as a chunked request has it. */
function toStream(text: string, chunkLength = 65_536): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, at + chunkLength));
      at += chunkLength;
    },
  });
}

/** JSON with an unknown field, padded to exactly this many bytes. */
const padTo = (length: number): string => `{"unknownField":"${canary}"}`.padEnd(length, " ");

const bodies: readonly (readonly [name: string, body: () => BodyInit, status: number, code: string])[] = [
  ["not JSON", () => `{"${canary}"`, 400, "BODY_NOT_JSON"],
  ["two values", () => `{} {"${canary}":1}`, 400, "BODY_NOT_JSON"],
  ["not UTF-8", () => new Uint8Array([0x22, 0xff, 0xfe, 0x22]), 400, "BODY_NOT_JSON"],
  ["a list", () => `["${canary}"]`, 422, "VALIDATION_FAILED"],
  ["a text", () => `"${canary}"`, 422, "VALIDATION_FAILED"],
  ["a number", () => "42", 422, "VALIDATION_FAILED"],
  ["null", () => "null", 422, "VALIDATION_FAILED"],
  ["an unknown field", () => `{"unknownField":"${canary}"}`, 422, "VALIDATION_FAILED"],
  ["__proto__", () => `{"__proto__":{"isAdmin":"${canary}"}}`, 422, "VALIDATION_FAILED"],
  ["U+0000", () => `{"x":"${canary}\\u0000"}`, 422, "VALIDATION_FAILED"],
  ["U+0000 in a key", () => `{"${canary}\\u0000":1}`, 422, "VALIDATION_FAILED"],
  ["half a surrogate pair", () => `{"x":["${canary}\\ud83d"]}`, 422, "VALIDATION_FAILED"],
  ["200,000 lists in lists", () => `${"[".repeat(200_000)}${"]".repeat(200_000)}`, 422, "VALIDATION_FAILED"],
  ["chunked, one byte below the limit", () => toStream(padTo(maxBodyBytes - 1)), 422, "VALIDATION_FAILED"],
  ["chunked, exactly the limit", () => toStream(padTo(maxBodyBytes)), 422, "VALIDATION_FAILED"],
  ["chunked, one byte above the limit", () => toStream(padTo(maxBodyBytes + 1)), 413, "BODY_TOO_LARGE"],
  ["chunked, 11 MB", () => toStream(padTo(11 * mebibyte)), 413, "BODY_TOO_LARGE"],
];

function listBodies(method: string, as: Person): BadInput[] {
  if (method === "GET") return [];
  return [
    ...bodies.map(([name, body, status, code]) => ({
      name,
      get options(): CallOptions {
        return { as, method, body: body(), headers: json };
      },
      status,
      code,
    })),
    {
      name: "11 MB by its own word",
      options: { as, method, body: "{}", headers: { ...json, "content-length": String(11 * mebibyte) } },
      status: 413,
      code: "BODY_TOO_LARGE",
    },
    {
      name: "a form",
      options: { as, method, body: new URLSearchParams({ x: canary }) },
      status: 415,
      code: "BODY_TYPE_UNSUPPORTED",
    },
  ];
}

const nowSeconds = (): number => Math.floor(Date.now() / 1_000);
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Credentials that are no person's. */
export async function listTokens({
  id,
  claims,
}: Person): Promise<readonly (readonly [string, string, string])[]> {
  const unsigned = `${encode({ alg: "none", typ: "JWT" })}.${encode(claims)}.`;
  const good = await signClaims(id);
  const [header, payload, signature] = good.split(".");
  const changed = encode({ ...claims, sub: randomUUID() });
  return [
    ["expired", await signClaims(id, { exp: nowSeconds() - 60 }), "TOKEN_EXPIRED"],
    ["not yet valid", await signClaims(id, { nbf: nowSeconds() + 60 }), "TOKEN_INVALID"],
    ["without expiry", await signClaims(id, { exp: undefined }), "TOKEN_INVALID"],
    ["alg none", unsigned, "TOKEN_INVALID"],
    ["without signature", `${header}.${payload}.`, "TOKEN_INVALID"],
    ["another subject under the old signature", `${header}.${changed}.${signature}`, "TOKEN_INVALID"],
    ["role service_role", await signClaims(id, { role: "service_role" }), "TOKEN_INVALID"],
    ["role anon", await signClaims(id, { role: "anon" }), "TOKEN_INVALID"],
    ["role gantry_worker", await signClaims(id, { role: "gantry_worker" }), "TOKEN_INVALID"],
    ["another audience", await signClaims(id, { aud: "other" }), "TOKEN_INVALID"],
    ["without sub", await signClaims(id, { sub: undefined }), "TOKEN_INVALID"],
    ["sub no uuid", await signClaims(id, { sub: canary }), "TOKEN_INVALID"],
    ["anonymous sign-in", await signClaims(id, { is_anonymous: true }), "TOKEN_INVALID"],
    ["a gateway key", "sb_publishable_aaaaaaaaaaaaaaaaaaaaaa_bbbbbbbb", "TOKEN_INVALID"],
    ["20 KB", `a.${"b".repeat(20_000)}.c`, "TOKEN_INVALID"],
  ];
}

/** The route's address with good ids, or with one of them replaced. */
export function toPath(
  entry: RouteEntry,
  tenantId: string,
  replaced?: readonly [name: string, value: string],
): string {
  return entry.path.replaceAll(/:(\w+)/g, (_, name: string) => {
    if (replaced?.[0] === name) return replaced[1];
    return name === "tenantId" ? tenantId : randomUUID();
  });
}

/** Every bad body for a route, for a caller who may do everything in the tenant. */
export function listBadBodies(entry: RouteEntry, as: Person): BadInput[] {
  return listBodies(entry.method, as);
}

export const badIds: readonly (readonly [value: string, status: number, code: string])[] = [
  ["1", 422, "VALIDATION_FAILED"],
  [canary, 422, "VALIDATION_FAILED"],
  ["%00", 422, "VALIDATION_FAILED"],
  ["%F0%9F%98%80", 422, "VALIDATION_FAILED"],
  ["..%2Fme", 422, "VALIDATION_FAILED"],
  [`${randomUUID()}%27`, 422, "VALIDATION_FAILED"],
  ["%E0%A4%A", 400, "PATH_INVALID"],
  ["%", 400, "PATH_INVALID"],
  ["a".repeat(10_240), 414, "PATH_TOO_LONG"],
];
