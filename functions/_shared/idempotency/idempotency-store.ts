import type { Caller } from "../auth/caller.ts";
import type { Db } from "../db/port.ts";
import { fail, ok, type Result } from "../errors/result.ts";

export interface Attempt {
  /** Null for a route that acts in no tenant. */
  readonly tenantId: string | null;
  readonly permission: string;
  /** Method and pattern. */
  readonly route: string;
  readonly key: string;
  readonly leaseSeconds: number;
}

export interface Begun {
  readonly outcome: "started" | "answered" | "in_flight" | "other_request" | "other_master_key";
  readonly id: string;
  readonly fence: string;
  readonly masterKeyId: string;
  readonly sealedAnswer: string | null;
}

/** Takes the request up, in a transaction of its own. Fails when the caller lacks the permission. */
export function beginRequest(
  db: Db,
  caller: Caller,
  attempt: Attempt,
  seal: { readonly mac: Uint8Array; readonly masterKeyId: string },
): Promise<Result<Begun>> {
  const { tenantId, permission, route, key, leaseSeconds } = attempt;
  return db.asCaller(caller, async (tx) => {
    const [begun] = await tx.query<Begun>(
      `select b.outcome, b.id, b.fence, b.master_key_id as "masterKeyId", b.sealed_answer as "sealedAnswer"
       from private.begin_idempotent_request(
         p_tenant_id => $1, p_permission => $2, p_route => $3, p_key => $4, p_request_mac => $5, p_master_key_id => $6,
         p_lease_seconds => $7
       ) b`,
      [tenantId, permission, route, key, seal.mac, seal.masterKeyId, leaseSeconds],
    );
    return begun === undefined ? fail("INTERNAL") : ok(begun);
  });
}

/** Stores the answer; without one, the next repetition may take the request up at once. False when one already has. */
export function endRequest(
  db: Db,
  caller: Caller,
  begun: Begun,
  answer: { readonly sealed: string; readonly isSuccess: boolean } | null,
): Promise<Result<boolean>> {
  return db.asCaller(caller, async (tx) => {
    const [ended] = await tx.query<{ isStored: boolean }>(
      `select private.end_idempotent_request(
         p_id => $1, p_fence => $2, p_sealed_answer => $3, p_is_success => $4
       ) as "isStored"`,
      [begun.id, begun.fence, answer?.sealed ?? null, answer?.isSuccess ?? null],
    );
    return ok(ended?.isStored === true);
  });
}
