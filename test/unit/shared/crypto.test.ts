import { randomBytes, randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { toAssociatedData } from "../../../functions/_shared/crypto/associated-data.ts";
import {
  createDataKey,
  EnvelopeError,
  unwrapDataKey,
  type WrappedDataKey,
} from "../../../functions/_shared/crypto/data-key.ts";
import { keyVersionOf, openValue, sealValue } from "../../../functions/_shared/crypto/envelope.ts";
import { createKeyRing, KeyRingError } from "../../../functions/_shared/crypto/key-ring.ts";
import { Secret } from "../../../functions/_shared/crypto/secret.ts";

const newKey = (): string => randomBytes(32).toString("base64");
const ringOf = (text: string) => createKeyRing(new Secret(text));
const ring = ringOf(`k2:${newKey()},k1:${newKey()}`);
const tenantId = randomUUID();
const binding = { tenantId, objectId: randomUUID(), version: 1, field: "connection_string" };

describe("key ring", () => {
  it("the first key is current, the others are found by id", async () => {
    expect(ring.currentId).toBe("k2");
    expect((await ring.find("k1"))?.extractable).toBe(false);
    expect(ring.find("k3")).toBeNull();
  });

  const same = newKey();
  const refused: Record<string, string> = {
    nothing: "",
    "no id": newKey(),
    "an empty key": "a:",
    "a short key": `a:${randomBytes(31).toString("base64")}`,
    "a long key": `a:${randomBytes(33).toString("base64")}`,
    "no base64": "a:!!!!",
    zeros: `a:${Buffer.alloc(32).toString("base64")}`,
    "one byte repeated": `a:${Buffer.alloc(32, 7).toString("base64")}`,
    "an id twice": `a:${newKey()},a:${newKey()}`,
    "a key under two ids": `a:${same},b:${same}`,
    "an empty entry": `a:${newKey()},`,
    "a bad id": `a b:${newKey()}`,
  };
  for (const [name, text] of Object.entries(refused)) {
    it(`${name} is refused, without showing any of it`, () => {
      expect(() => ringOf(text)).toThrow(KeyRingError);
      const key = text.split(":")[1] ?? "";
      if (key.length > 8) expect(() => ringOf(text)).not.toThrow(key);
    });
  }
});

describe("data keys", () => {
  it("a wrapped key opens again, as a key that cannot be taken out", async () => {
    const row = await createDataKey(ring, { tenantId, version: 1 });
    const { key, version } = await unwrapDataKey(ring, row);
    expect([key.extractable, version, row.masterKeyId]).toEqual([false, 1, "k2"]);
    await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
  });

  it("opens for no other tenant, version or master key, and not when changed", async () => {
    const row = await createDataKey(ring, { tenantId, version: 1 });
    const flipped = Uint8Array.from(row.wrapped);
    flipped[20] = (flipped[20] ?? 0) ^ 1;
    const wrong: WrappedDataKey[] = [
      { ...row, tenantId: randomUUID() },
      { ...row, version: 2 },
      { ...row, masterKeyId: "k1" },
      { ...row, masterKeyId: "gone" },
      { ...row, wrapped: flipped },
      { ...row, wrapped: row.wrapped.slice(0, 20) },
      { ...row, wrapped: new Uint8Array(0) },
    ];
    // Opened once, so that a cache that looked at less than everything would answer.
    await unwrapDataKey(ring, row);
    for (const other of wrong) await expect(unwrapDataKey(ring, other)).rejects.toThrow(EnvelopeError);
  });

  it("is kept for 60 seconds", async () => {
    const row = await createDataKey(ring, { tenantId, version: 3 });
    const first = unwrapDataKey(ring, row, 0);
    expect(unwrapDataKey(ring, row, 59_999)).toBe(first);
    expect(unwrapDataKey(ring, row, 60_000)).not.toBe(first);
  });

  it("still opens after another master key has become current", async () => {
    const [old, next] = [newKey(), newKey()];
    const row = await createDataKey(ringOf(`a:${old}`), { tenantId, version: 1 });
    expect((await unwrapDataKey(ringOf(`b:${next},a:${old}`), row)).version).toBe(1);
  });
});

describe("sealed values", () => {
  const open = async (row: WrappedDataKey) => unwrapDataKey(ring, row);

  it("a value opens at its own place", async () => {
    const key = await open(await createDataKey(ring, { tenantId, version: 7 }));
    const text = "postgresql://ü:😀@h/d\u0000";
    const sealed = await sealValue(key, binding, new Secret(text));
    expect(sealed).toMatch(/^A256GCM\.7\./);
    expect(keyVersionOf(sealed)).toBe(7);
    expect((await openValue(key, binding, sealed)).reveal()).toBe(text);
    expect(await sealValue(key, binding, new Secret(text))).not.toBe(sealed);
  });

  it("moved to another tenant, object, version or field it does not open", async () => {
    const key = await open(await createDataKey(ring, { tenantId, version: 1 }));
    const sealed = await sealValue(key, binding, new Secret("s"));
    const moved = [
      { ...binding, tenantId: randomUUID() },
      { ...binding, objectId: randomUUID() },
      { ...binding, version: 2 },
      { ...binding, field: "connection_strin" },
    ];
    for (const place of moved) await expect(openValue(key, place, sealed)).rejects.toThrow(EnvelopeError);
  });

  it("under another tenant's key, another key version, or changed, it does not open", async () => {
    const key = await open(await createDataKey(ring, { tenantId, version: 1 }));
    const other = await open(await createDataKey(ring, { tenantId, version: 1 }));
    const newer = { ...key, version: 2 };
    const sealed = await sealValue(key, binding, new Secret("secret"));
    await expect(openValue(other, binding, sealed)).rejects.toThrow(EnvelopeError);
    await expect(openValue(newer, binding, sealed)).rejects.toThrow(EnvelopeError);
    await expect(openValue(newer, binding, sealed.replace(".1.", ".2."))).rejects.toThrow(EnvelopeError);
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice(0, at) + (sealed[at] === "A" ? "B" : "A") + sealed.slice(at + 1);
      await expect(openValue(key, binding, changed)).rejects.toThrow(EnvelopeError);
    }
    for (const text of ["", "A256GCM.1.x.y", "{}", sealed.slice(0, -1)]) {
      await expect(openValue(key, binding, text)).rejects.toThrow(EnvelopeError);
    }
  });

  it("associated data cannot be shifted from one part to the next", () => {
    const bytes = (parts: string[]) => Buffer.from(toAssociatedData(parts)).toString("hex");
    expect(bytes(["ab", "c"])).not.toBe(bytes(["a", "bc"]));
    expect(bytes(["a", ""])).not.toBe(bytes(["a"]));
    expect(bytes(["a\u0000\u0000\u0000\u0000b"])).not.toBe(bytes(["a", "b"]));
    expect(bytes(["", "a\u0000\u0000\u0000\u0000b"])).not.toBe(bytes(["", "a", "b"]));
  });
});

describe("Secret", () => {
  it("shows itself nowhere", () => {
    const secret = new Secret("hunter2-hunter2");
    const shown = [
      String(secret),
      `${secret}`,
      `a${secret}`,
      JSON.stringify({ secret, list: [secret] }),
      inspect(secret, { depth: 9, showHidden: true }),
      inspect({ secret }, { depth: 9 }),
      Object.values(secret).join(),
      Object.keys(secret).join(),
      String(new Error(`x ${secret}`).message),
      [secret].join(),
      JSON.stringify(structuredClone({ ...secret })),
    ];
    expect(shown.join("\n")).not.toContain("hunter2");
    expect(String(secret)).toBe("[redacted]");
    expect(secret.reveal()).toBe("hunter2-hunter2");
  });
});
