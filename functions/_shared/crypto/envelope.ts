import { toAssociatedData } from "./associated-data.ts";
import { fromBase64Url, toBase64Url } from "./base64url.ts";
import { type DataKey, EnvelopeError } from "./data-key.ts";
import { Secret } from "./secret.ts";

/** What a sealed value is bound to. Moved to any other place, it does not open. */
export interface ValueBinding {
  readonly tenantId: string;
  /** The row that holds the value. */
  readonly objectId: string;
  /** The version of the value, for objects that keep several; 1 for others. */
  readonly version: number;
  /** The column or part of the object, such as `connection_string`. */
  readonly field: string;
}

const algorithm = "A256GCM";
const nonceBytes = 12;
const shape = /^A256GCM\.([1-9][0-9]{0,8})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/;

function toParameters(
  nonce: Uint8Array<ArrayBuffer>,
  keyVersion: number,
  binding: ValueBinding,
): AesGcmParams {
  const { tenantId, objectId, version, field } = binding;
  const place = [tenantId.toLowerCase(), objectId.toLowerCase(), version, field];
  const additionalData = toAssociatedData(["gantry value", algorithm, keyVersion, ...place]);
  return { name: "AES-GCM", iv: nonce, additionalData };
}

/** Encrypts a value for one place. Gives `A256GCM.<key version>.<nonce>.<ciphertext>`, the last two base64url. */
export async function sealValue(dataKey: DataKey, binding: ValueBinding, plaintext: Secret): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes));
  const bytes = new TextEncoder().encode(plaintext.reveal());
  const sealed = await crypto.subtle.encrypt(
    toParameters(nonce, dataKey.version, binding),
    dataKey.key,
    bytes,
  );
  bytes.fill(0);
  return `${algorithm}.${dataKey.version}.${toBase64Url(nonce)}.${toBase64Url(new Uint8Array(sealed))}`;
}

/** The version of the data key a sealed value needs. Throws an EnvelopeError for a text that is no sealed value. */
export function keyVersionOf(sealed: string): number {
  const match = shape.exec(sealed);
  if (match?.[1] === undefined) throw new EnvelopeError("a sealed value has an unknown form");
  return Number(match[1]);
}

/** Decrypts a value at its place. Throws an EnvelopeError when key, place or text are not the right ones. */
export async function openValue(dataKey: DataKey, binding: ValueBinding, sealed: string): Promise<Secret> {
  const match = shape.exec(sealed);
  if (match?.[2] === undefined || match[3] === undefined || keyVersionOf(sealed) !== dataKey.version) {
    throw new EnvelopeError("a sealed value does not belong to this key");
  }
  try {
    const parameters = toParameters(fromBase64Url(match[2]), dataKey.version, binding);
    const bytes = await crypto.subtle.decrypt(parameters, dataKey.key, fromBase64Url(match[3]));
    return new Secret(new TextDecoder().decode(bytes));
  } catch {
    throw new EnvelopeError("a sealed value does not open");
  }
}
