import type { ErrorCode } from "../errors/codes.ts";
import { fail, type Result } from "../errors/result.ts";

/**
 * Why a stream that was handed out ends early; bodies are read after the Result was returned, so it is thrown. Holds a
 * code of the registry and a fixed sentence, nothing of what the target sent.
 */
export class EgressFault extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, sentence: string) {
    super(sentence);
    this.name = "EgressFault";
    this.code = code;
  }
}

/** What the HTTP client throws when the answer breaks the protocol or a limit of it. */
const protocolFaults: ReadonlySet<unknown> = new Set([
  "UND_ERR_HEADERS_OVERFLOW",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
  "UND_ERR_RESPONSE",
]);

/** The parser's errors have a name and no code; zlib's codes are families. */
function isAnswerFault(error: unknown): boolean {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  if (name === "HTTPParserError" || protocolFaults.has(code)) return true;
  return typeof code === "string" && /^(Z_|ERR__ERROR_|ERR_BROTLI|ERR_PADDING)/.test(code);
}

/** Any error on the way to, or from, a target. `reason` is why we aborted, if we did. */
export function toEgressFault(error: unknown, reason: unknown): EgressFault {
  if (reason instanceof EgressFault) return reason;
  if (error instanceof EgressFault) return error;
  if (isAnswerFault(error)) return new EgressFault("UPSTREAM_INVALID", "The target's answer is malformed.");
  return new EgressFault("UPSTREAM_UNREACHABLE", "The connection to the target failed or broke.");
}

export function toFailedResult(fault: EgressFault): Result<never> {
  return fail(fault.code, { detail: fault.message });
}
