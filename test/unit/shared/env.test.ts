import { describe, expect, it } from "vitest";
import { EnvError } from "../../../functions/_shared/env/define-env.ts";
import { parseFunctionEnv } from "../../../functions/_shared/env/function-env.ts";

const keys = `k:${Buffer.from("0123456789abcdefghijklmnopqrstuv").toString("base64")}`;
const good: Record<string, string> = {
  GANTRY_DB_URL: "postgresql://gantry_edge:pw@127.0.0.1:5432/postgres",
  GANTRY_JWT_SECRET: "0123456789abcdefghijklmnopqrstuvwxyz",
  GANTRY_SCHEDULER_SECRET: "zyxwvutsrqponmlkjihgfedcba9876543210",
  GANTRY_MASTER_KEYS: keys,
  GANTRY_ALLOWED_ORIGINS: "https://a.example, http://localhost:3000",
  SUPABASE_URL: "https://p.supabase.example/",
};
const faultsOf = (changes: Record<string, string | undefined>): string => {
  try {
    parseFunctionEnv({ ...good, ...changes });
  } catch (error) {
    if (error instanceof EnvError) return error.message;
    throw error;
  }
  return "";
};

describe("environment", () => {
  it("a good one is read", () => {
    expect(parseFunctionEnv(good)).toMatchObject({
      allowedOrigins: ["https://a.example", "http://localhost:3000"],
      supabaseUrl: "https://p.supabase.example",
      jwks: null,
      jwtIssuer: null,
    });
  });

  it.each([
    [undefined, 1],
    ["", 1],
    ["0", 0],
    ["10", 10],
  ])("GANTRY_TRUSTED_HOPS %s is %i", (value, hops) => {
    expect(parseFunctionEnv({ ...good, GANTRY_TRUSTED_HOPS: value }).trustedHops).toBe(hops);
  });

  it.each(["11", "-1", "1.5", "1e1", "one", " 1"])("GANTRY_TRUSTED_HOPS %s is refused", (value) => {
    expect(faultsOf({ GANTRY_TRUSTED_HOPS: value })).toContain("GANTRY_TRUSTED_HOPS is not a whole number");
  });

  it("all faults are named at once, and no value", () => {
    const bad = {
      GANTRY_DB_URL: "postgres-canary",
      GANTRY_JWT_SECRET: "canary",
      GANTRY_SCHEDULER_SECRET: undefined,
      GANTRY_MASTER_KEYS: "canary:canary",
      GANTRY_ALLOWED_ORIGINS: "*",
      SUPABASE_URL: "canary",
      GANTRY_JWKS: "canary",
      GANTRY_JWKS_URL: "http://canary.example/keys",
    };
    const message = faultsOf(bad);
    for (const name of Object.keys(bad)) expect(message).toContain(name);
    expect(message).not.toContain("canary");
  });

  it("printing the result shows no secret", () => {
    const printed = JSON.stringify(parseFunctionEnv(good));
    for (const secret of [good.GANTRY_JWT_SECRET, good.GANTRY_SCHEDULER_SECRET, keys, ":pw@"]) {
      expect(printed).not.toContain(secret);
    }
  });

  const refused: Record<string, Record<string, string | undefined>> = {
    "no key for tokens": { GANTRY_JWT_SECRET: "" },
    "two key sets": {
      GANTRY_JWKS: '{"keys":[{"kty":"EC","kid":"a"}]}',
      GANTRY_JWKS_URL: "https://x.example/k",
    },
    "a private key in the set": { GANTRY_JWKS: '{"keys":[{"kty":"EC","kid":"a","d":"x"}]}' },
    "a shared secret in the set": { GANTRY_JWKS: '{"keys":[{"kty":"oct","k":"x"}]}' },
    "a key without an id": { GANTRY_JWKS: '{"keys":[{"kty":"EC"}]}' },
    "an empty key set": { GANTRY_JWKS: '{"keys":[]}' },
    "the role that bypasses everything": { GANTRY_DB_URL: "postgresql://postgres:pw@h:5432/postgres" },
    "the same behind a pooler": { GANTRY_DB_URL: "postgresql://postgres.abcd:pw@h:6543/postgres" },
    "a URL without a database": { GANTRY_DB_URL: "postgresql://gantry_edge:pw@h" },
    "an origin with a path": { GANTRY_ALLOWED_ORIGINS: "https://a.example/" },
    "a short secret": { GANTRY_JWT_SECRET: "0123456789abcdefghijklmnopqrstu" },
    "a secret of one letter": { GANTRY_SCHEDULER_SECRET: "a".repeat(40) },
    "white space around a secret": { GANTRY_SCHEDULER_SECRET: `${good.GANTRY_SCHEDULER_SECRET}\n` },
    "plain http to another machine": { SUPABASE_URL: "http://p.example" },
  };
  for (const [name, changes] of Object.entries(refused)) {
    it(`${name} is refused`, () => expect(faultsOf(changes)).not.toBe(""));
  }
});
