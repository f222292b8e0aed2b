import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createKeyRing } from "../../../functions/_shared/crypto/key-ring.ts";
import { Secret } from "../../../functions/_shared/crypto/secret.ts";
import { createRequestSeal } from "../../../functions/_shared/idempotency/request-seal.ts";

const newKey = () => randomBytes(32).toString("base64");
const ringOf = (...entries: string[]) => createKeyRing(new Secret(entries.join(",")));
const hmac = { name: "a", algorithm: "HMAC" } as const;
const toHex = (bytes: ArrayBuffer | Uint8Array) => Buffer.from(bytes as Uint8Array).toString("hex");

async function signWith(key: CryptoKey | null): Promise<string> {
  if (key === null) throw new Error("no key");
  return toHex(new Uint8Array(await crypto.subtle.sign("HMAC", key, new Uint8Array([1, 2, 3]))));
}

describe("keys derived from a master key", () => {
  it("are the same each time, others for another purpose or master key, and never leave", async () => {
    const [one, two] = [newKey(), newKey()];
    const ring = ringOf(`one:${one}`, `two:${two}`);
    const first = await ring.derive("one", hmac);
    expect(first?.extractable).toBe(false);
    expect(await signWith(first)).toBe(await signWith(await ringOf(`one:${one}`).derive("one", hmac)));
    const others = [await ring.derive("one", { ...hmac, name: "b" }), await ring.derive("two", hmac)];
    const signatures = await Promise.all([first, ...others].map(signWith));
    expect(new Set(signatures).size).toBe(3);
    expect(ring.derive("three", hmac)).toBeNull();
    // The master key still wraps data keys, before and after.
    expect((await ring.find("one"))?.usages).toEqual(["wrapKey", "unwrapKey"]);
  });
});

describe("the seal of idempotent requests", () => {
  const parts = { route: "POST /x", params: { id: "1" }, query: undefined, body: { name: "a" } };

  it("tells requests apart by every part, and by nothing else", async () => {
    const ring = ringOf(`one:${newKey()}`);
    const seal = await createRequestSeal(ring, "one");
    const toMac = async (changes: object) =>
      toHex((await seal?.toMac({ ...parts, ...changes })) ?? new Uint8Array());
    expect(await toMac({})).toBe(await toMac({}));
    const others = [
      {},
      { route: "POST /y" },
      { params: { id: "2" } },
      { query: { id: "1" } },
      { body: { name: "b" } },
      { body: undefined },
      { body: null },
      { body: {} },
      { params: undefined, query: { id: "1" } },
    ];
    const macs = await Promise.all(others.map(toMac));
    expect(new Set(macs).size).toBe(others.length);
    expect(await createRequestSeal(ring, "two")).toBeNull();
  });

  it("an answer opens for its own row only", async () => {
    const seal = await createRequestSeal(ringOf(`one:${newKey()}`), "one");
    const [row, other] = [crypto.randomUUID(), crypto.randomUUID()];
    const sealed = (await seal?.seal(row, "canary5f2e91")) ?? "";
    expect(sealed).not.toContain("canary5f2e91");
    expect(await seal?.open(row, sealed)).toBe("canary5f2e91");
    await expect(seal?.open(other, sealed)).rejects.toThrow("does not open");
  });
});
