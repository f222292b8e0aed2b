import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { expect, test } from "vitest";
import { createScramVerifier } from "../../../functions/_domains/provisioning/postgres/create-scram-verifier.ts";

const shape = /^SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/;

test("it is what RFC 5803 says, reckoned here with another library", async () => {
  const verifier = await createScramVerifier("pencil");
  const [, iterations, salt = "", storedKey, serverKey] = shape.exec(verifier) ?? [];
  const salted = pbkdf2Sync("pencil", Buffer.from(salt, "base64"), Number(iterations), 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  expect(iterations).toBe("4096");
  expect(Buffer.from(salt, "base64").length).toBe(16);
  expect(storedKey).toBe(createHash("sha256").update(clientKey).digest("base64"));
  expect(serverKey).toBe(createHmac("sha256", salted).update("Server Key").digest("base64"));
});

test("two of one password share nothing", async () => {
  const [one, two] = await Promise.all([createScramVerifier("same"), createScramVerifier("same")]);
  expect(one).not.toBe(two);
});
