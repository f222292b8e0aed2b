import { ok, type Result } from "../errors/result.ts";
import { EgressFault, toFailedResult } from "./egress-fault.ts";
import type { EgressResponse } from "./send-request.ts";

/** The whole body of an answer, or the failure that cut it. */
export async function readResponse({ body }: EgressResponse): Promise<Result<Uint8Array>> {
  if (body === null) return ok(new Uint8Array());
  try {
    return ok(new Uint8Array(await new Response(body).arrayBuffer()));
  } catch (error) {
    if (error instanceof EgressFault) return toFailedResult(error);
    throw error;
  }
}
