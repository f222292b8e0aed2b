const iterationCount = 4_096;
const text = new TextEncoder();

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

async function sign(keyBytes: Uint8Array<ArrayBuffer>, message: string): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", keyBytes, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, text.encode(message)));
}

/**
 * What Postgres stores of a password (RFC 5803, as in src/common/scram-common.c). Sent in place of the password, so
 * that no statement, and no log of statements at the target, ever holds it. The password must be ASCII (no SASLprep).
 */
export async function createScramVerifier(password: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const key = await crypto.subtle.importKey("raw", text.encode(password), "PBKDF2", false, ["deriveBits"]);
  const derivation = { name: "PBKDF2", hash: "SHA-256", salt, iterations: iterationCount };
  const salted = new Uint8Array(await crypto.subtle.deriveBits(derivation, key, 256));
  const clientKey = await sign(salted, "Client Key");
  const storedKey = new Uint8Array(await crypto.subtle.digest("SHA-256", clientKey));
  const serverKey = await sign(salted, "Server Key");
  return `SCRAM-SHA-256$${iterationCount}:${toBase64(salt)}$${toBase64(storedKey)}:${toBase64(serverKey)}`;
}
