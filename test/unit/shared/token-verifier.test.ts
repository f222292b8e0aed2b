import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, exportSPKI, generateKeyPair, type CryptoKey as JoseKey, type JWK, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cacheVerifiedTokens } from "../../../functions/_shared/auth/cache-verified-tokens.ts";
import {
  createTokenVerifier,
  type VerifierOptions,
} from "../../../functions/_shared/auth/create-token-verifier.ts";
import type { TokenVerifier } from "../../../functions/_shared/auth/token-verifier.ts";
import { Secret } from "../../../functions/_shared/crypto/secret.ts";

const secretText = randomBytes(32).toString("base64url");
const userId = randomUUID();
const now = Math.floor(Date.now() / 1_000);
const clock = (): Date => new Date();

interface Pair {
  readonly kid: string;
  readonly privateKey: JoseKey;
  readonly jwk: JWK;
  readonly pem: string;
}
async function createPair(alg: "ES256" | "RS256", jwkExtra: JWK = { alg }): Promise<Pair> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const kid = randomUUID();
  const jwk = { ...(await exportJWK(publicKey)), kid, use: "sig", ...jwkExtra };
  return { kid, privateKey, jwk, pem: await exportSPKI(publicKey) };
}

let ec: Pair;
let rsa: Pair;
let stranger: Pair;
let withoutAlg: Pair;
beforeAll(async () => {
  [ec, rsa, stranger, withoutAlg] = await Promise.all([
    createPair("ES256"),
    createPair("RS256"),
    createPair("ES256"),
    createPair("ES256", {}),
  ]);
});

const claims = {
  sub: userId,
  aud: "authenticated",
  role: "authenticated",
  exp: now + 600,
  iat: now,
};
type Header = Record<string, unknown> & { alg: string };
const sign = (
  key: JoseKey | Uint8Array,
  header: Header,
  extra: Record<string, unknown> = {},
): Promise<string> => new SignJWT({ ...claims, ...extra }).setProtectedHeader(header).sign(key);
const secretBytes = new TextEncoder().encode(secretText);
const signHs = (extra: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> =>
  sign(secretBytes, { alg: "HS256", ...header }, extra);
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const create = (options: Partial<VerifierOptions> = {}): TokenVerifier =>
  createTokenVerifier({ jwtSecret: null, jwks: null, jwksUrl: null, jwtIssuer: null, clock, ...options });
const keySet = (...pairs: Pair[]): string => JSON.stringify({ keys: pairs.map((pair) => pair.jwk) });
const outcome = async (verifier: TokenVerifier, token: string): Promise<string> => {
  const result = await verifier.verify(token);
  return result.ok ? "accepted" : result.error.code;
};

it.each([" ", "\t", "\n", "\r\n", "=", "\u00a0"])(
  "%j inside of a good token makes it none",
  async (filler) => {
    const verifier = create({ jwtSecret: new Secret(secretText) });
    const token = await signHs();
    const places = [1, token.indexOf(".") + 2, token.lastIndexOf(".") + 2, token.length];
    for (const at of places) {
      const filled = token.slice(0, at) + filler + token.slice(at);
      expect(await outcome(verifier, filled)).toBe("TOKEN_INVALID");
    }
  },
);

describe("case 27: tokens of the old and the new key pass side by side during a rotation", () => {
  it("HS256, and ES256 and RS256 of the set, are accepted; other keys are not", async () => {
    const verifier = create({ jwtSecret: new Secret(secretText), jwks: keySet(ec, rsa) });
    expect({
      legacy: await outcome(verifier, await signHs()),
      es256: await outcome(verifier, await sign(ec.privateKey, { alg: "ES256", kid: ec.kid })),
      rs256: await outcome(verifier, await sign(rsa.privateKey, { alg: "RS256", kid: rsa.kid })),
      unknownKey: await outcome(
        verifier,
        await sign(stranger.privateKey, { alg: "ES256", kid: stranger.kid }),
      ),
      foreignKeyUnderKnownId: await outcome(
        verifier,
        await sign(stranger.privateKey, { alg: "ES256", kid: ec.kid }),
      ),
      withoutKeyId: await outcome(verifier, await sign(ec.privateKey, { alg: "ES256" })),
    }).toEqual({
      legacy: "accepted",
      es256: "accepted",
      rs256: "accepted",
      unknownKey: "TOKEN_INVALID",
      foreignKeyUnderKnownId: "TOKEN_INVALID",
      withoutKeyId: "TOKEN_INVALID",
    });
  });

  it("what is not configured is not accepted", async () => {
    const hs = await signHs();
    const es = await sign(ec.privateKey, { alg: "ES256", kid: ec.kid });
    const rs = await sign(rsa.privateKey, { alg: "RS256", kid: rsa.kid });
    expect(await outcome(create({ jwks: keySet(ec) }), hs)).toBe("TOKEN_INVALID");
    expect(await outcome(create({ jwks: keySet(ec) }), rs)).toBe("TOKEN_INVALID");
    expect(await outcome(create({ jwtSecret: new Secret(secretText) }), es)).toBe("TOKEN_INVALID");
  });
});

describe("case 97: the token's own words do not choose the key or the algorithm", () => {
  it("a key without alg verifies by its type, and nothing else", async () => {
    const verifier = create({ jwks: keySet(withoutAlg) });
    const { kid, privateKey, pem, jwk } = withoutAlg;
    expect(await outcome(verifier, await sign(privateKey, { alg: "ES256", kid }))).toBe("accepted");
    for (const text of [pem, pem.trim(), JSON.stringify(jwk), jwk.x ?? ""]) {
      const forged = await sign(new TextEncoder().encode(text), { alg: "HS256", kid });
      expect(await outcome(verifier, forged)).toBe("TOKEN_INVALID");
    }
  });

  it("HS256 signed with the public key's text is refused while the secret is configured too", async () => {
    const verifier = create({ jwtSecret: new Secret(secretText), jwks: keySet(ec, rsa) });
    for (const { pem, kid } of [ec, rsa]) {
      const forged = await sign(new TextEncoder().encode(pem), { alg: "HS256", kid });
      expect(await outcome(verifier, forged)).toBe("TOKEN_INVALID");
    }
  });

  it("none, an empty signature, other algorithms", async () => {
    const verifier = create({ jwtSecret: new Secret(secretText), jwks: keySet(ec, rsa) });
    const [header, payload] = (await sign(ec.privateKey, { alg: "ES256", kid: ec.kid })).split(".");
    const tokens = [
      ...["none", "None", "NONE", ""].map((alg) => `${encode({ alg })}.${payload}.`),
      `${header}.${payload}.`,
      `${header}.${payload}.AAAA`,
      `${encode({ alg: "HS256" })}.${payload}.`,
      await sign(new TextEncoder().encode(secretText.padEnd(64, "x")), { alg: "HS512" }),
      await sign(secretBytes, { alg: "HS256" }).then((token) => `${token}x`),
      `${encode({ alg: ["HS256"] })}.${payload}.AAAA`,
      `${encode({ kid: ec.kid })}.${payload}.AAAA`,
      `${encode(null)}.${payload}.AAAA`,
      "..",
      "",
    ];
    for (const token of tokens) expect(await outcome(verifier, token)).toBe("TOKEN_INVALID");
  });

  it("headers that bring a key or demand an extension are refused, even on a good token", async () => {
    const verifier = create({ jwtSecret: new Secret(secretText), jwks: keySet(ec) });
    const extras: Record<string, unknown>[] = [
      { jku: "http://127.0.0.1:1/keys" },
      { x5u: "http://127.0.0.1:1/cert" },
      { jwk: stranger.jwk },
      { x5c: ["MIIB"] },
    ];
    for (const extra of extras) {
      const good = await sign(ec.privateKey, { alg: "ES256", kid: ec.kid, ...extra });
      expect(await outcome(verifier, good)).toBe("TOKEN_INVALID");
      const own = await sign(stranger.privateKey, { alg: "ES256", kid: stranger.kid, ...extra });
      expect(await outcome(verifier, own)).toBe("TOKEN_INVALID");
    }
    const [, payload, signature] = (await signHs()).split(".");
    const critical = `${encode({ alg: "HS256", crit: ["exp"], exp: 1 })}.${payload}.${signature}`;
    expect(await outcome(verifier, critical)).toBe("TOKEN_INVALID");
  });
});

describe("claims", () => {
  const verifier = (options: Partial<VerifierOptions> = {}): TokenVerifier =>
    create({ jwtSecret: new Secret(secretText), ...options });

  it("the subject comes back in lower case, with all claims", async () => {
    const result = await verifier().verify(await signHs({ sub: userId.toUpperCase(), extra: 1 }));
    expect(result).toMatchObject({
      ok: true,
      value: { userId, claims: { extra: 1 }, expiresAt: claims.exp },
    });
  });

  const refused: Record<string, Record<string, unknown>> = {
    "another audience": { aud: "anon" },
    "no audience": { aud: undefined },
    "another role": { role: "service_role" },
    "no role": { role: undefined },
    "role as a list": { role: ["authenticated"] },
    "no subject": { sub: undefined },
    "a subject that is no uuid": { sub: "1" },
    "no expiry": { exp: undefined },
    "not valid yet": { nbf: now + 60 },
    "an anonymous sign-in": { is_anonymous: true },
    "anonymous as a text": { is_anonymous: "true" },
  };
  for (const [name, extra] of Object.entries(refused)) {
    it(`${name}: refused`, async () => {
      expect(await outcome(verifier(), await signHs(extra))).toBe("TOKEN_INVALID");
    });
  }

  it("expiry and not-before have five seconds of tolerance", async () => {
    const expired = (seconds: number) => signHs({ exp: now - seconds });
    const at = new Date(now * 1_000);
    const fixed = verifier({ clock: () => at });
    expect(await outcome(fixed, await expired(4))).toBe("accepted");
    expect(await outcome(fixed, await expired(6))).toBe("TOKEN_EXPIRED");
    expect(await outcome(fixed, await signHs({ nbf: now + 4 }))).toBe("accepted");
    expect(await outcome(fixed, await signHs({ nbf: now + 6 }))).toBe("TOKEN_INVALID");
  });

  it("an expired token under a wrong signature is not called expired", async () => {
    const forged = await sign(randomBytes(32), { alg: "HS256" }, { exp: now - 60 });
    expect(await outcome(verifier(), forged)).toBe("TOKEN_INVALID");
  });

  it("with an issuer configured, any other and none are refused", async () => {
    const strict = verifier({ jwtIssuer: "https://p.example/auth/v1" });
    expect(await outcome(strict, await signHs({ iss: "https://p.example/auth/v1" }))).toBe("accepted");
    expect(await outcome(strict, await signHs({ iss: "https://q.example/auth/v1" }))).toBe("TOKEN_INVALID");
    expect(await outcome(strict, await signHs())).toBe("TOKEN_INVALID");
  });
});

describe("a key set behind a URL", () => {
  let server: Server;
  let keys: JWK[] = [];
  let requests = 0;
  let isBroken = false;
  let url: string;
  beforeAll(async () => {
    server = createServer((_, response) => {
      requests += 1;
      response.statusCode = isBroken ? 500 : 200;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ keys }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  });
  afterAll(() => server.close());

  it("is fetched once for many tokens, and not again for each unknown key", async () => {
    [keys, requests, isBroken] = [[ec.jwk], 0, false];
    const verifier = create({ jwksUrl: url });
    const good = await sign(ec.privateKey, { alg: "ES256", kid: ec.kid });
    const bad = await sign(stranger.privateKey, { alg: "ES256", kid: stranger.kid });
    expect(await Promise.all(Array.from({ length: 10 }, () => outcome(verifier, good)))).toEqual(
      Array.from({ length: 10 }, () => "accepted"),
    );
    for (let index = 0; index < 20; index++) expect(await outcome(verifier, bad)).toBe("TOKEN_INVALID");
    expect(requests).toBe(1);
  });

  it("unreachable is 503, never 401", async () => {
    const token = await sign(ec.privateKey, { alg: "ES256", kid: ec.kid });
    expect(await outcome(create({ jwksUrl: "http://127.0.0.1:1/jwks" }), token)).toBe("KEYS_UNAVAILABLE");
    isBroken = true;
    expect(await outcome(create({ jwksUrl: url }), token)).toBe("KEYS_UNAVAILABLE");
  });
});

describe("the cache of verified tokens", () => {
  it("spares the second verification, forgets at expiry and after five minutes, and keeps no refusal", async () => {
    let calls = 0;
    let at = now * 1_000;
    const inner = create({ jwtSecret: new Secret(secretText), clock: () => new Date(at) });
    const counted: TokenVerifier = {
      verify(token) {
        calls += 1;
        return inner.verify(token);
      },
    };
    const cached = cacheVerifiedTokens(counted, () => new Date(at));
    const token = await signHs({ exp: now + 1_000 });
    await cached.verify(token);
    expect((await cached.verify(token)).ok).toBe(true);
    expect(calls).toBe(1);
    at += 301_000;
    await cached.verify(token);
    expect(calls).toBe(2);
    at += 800_000;
    expect(await outcome(cached, token)).toBe("TOKEN_EXPIRED");
    expect(await outcome(cached, token)).toBe("TOKEN_EXPIRED");
    expect(calls).toBe(4);
  });

  it("a changed token is another token", async () => {
    const cached = cacheVerifiedTokens(create({ jwtSecret: new Secret(secretText) }), clock);
    const token = await signHs();
    expect((await cached.verify(token)).ok).toBe(true);
    const [header, , signature] = token.split(".");
    const forged = `${header}.${encode({ ...claims, sub: randomUUID() })}.${signature}`;
    expect(await outcome(cached, forged)).toBe("TOKEN_INVALID");
  });
});
