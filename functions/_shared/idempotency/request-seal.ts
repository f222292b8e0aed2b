import { toAssociatedData } from "../crypto/associated-data.ts";
import { openValue, sealValue } from "../crypto/envelope.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { Secret } from "../crypto/secret.ts";

/** What tells one request from another under the same key. */
export interface RequestParts {
  /** Method and pattern. */
  readonly route: string;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** The keys that one master key gives: requests are compared by HMAC, answers are stored encrypted. */
export interface RequestSeal {
  readonly masterKeyId: string;
  /** 32 bytes. Of the parsed parts, so that white space and the order of members make no other request. */
  toMac(parts: RequestParts): Promise<Uint8Array>;
  seal(id: string, answer: string): Promise<string>;
  /** Throws an EnvelopeError when the answer was sealed for another row. */
  open(id: string, sealed: string): Promise<string>;
}

const nilTenantId = "00000000-0000-0000-0000-000000000000";
const toBinding = (id: string) => ({
  tenantId: nilTenantId,
  objectId: id,
  version: 1,
  field: "idempotent answer",
});

/** Null when the ring has no master key of this id. */
export async function createRequestSeal(ring: KeyRing, masterKeyId: string): Promise<RequestSeal | null> {
  const [macKey, key] = await Promise.all([
    ring.derive(masterKeyId, { name: "idempotent request", algorithm: "HMAC" }),
    ring.derive(masterKeyId, { name: "idempotent answer", algorithm: "AES-GCM" }),
  ]);
  if (macKey === null || key === null) return null;
  const dataKey = { version: 1, key };
  return {
    masterKeyId,
    async toMac({ route, params, query, body }) {
      const texts = [params, query, body].map((part) => JSON.stringify(part) ?? "");
      return new Uint8Array(await crypto.subtle.sign("HMAC", macKey, toAssociatedData([route, ...texts])));
    },
    seal: (id, answer) => sealValue(dataKey, toBinding(id), new Secret(answer)),
    open: async (id, sealed) => (await openValue(dataKey, toBinding(id), sealed)).reveal(),
  };
}
