import { type JudgeAddress, judgeAddress } from "./judge-address.ts";
import { type Resolve, resolveHost } from "./resolve-host.ts";

/** What may be called, and how much of it. */
export interface EgressPolicy {
  /** Exact names, or `*.example.com` for all names below one. Absent: any public host. */
  readonly allowedHosts?: readonly string[];
  /** Plain HTTP too: only where the tenant asked for it. */
  readonly allowHttp?: boolean;
  /** Instead of 443 and 8443 (and 80 with `allowHttp`). */
  readonly allowedPorts?: readonly number[];
  /** Names and addresses of Gantry's own API, database and dashboard; names below them are refused too. */
  readonly ownHosts: readonly string[];
  readonly limits?: Partial<EgressLimits>;
}

export interface EgressLimits {
  readonly resolveMs: number;
  readonly connectMs: number;
  /** From the start of a hop until its response headers. */
  readonly firstByteMs: number;
  /** From the call until the last byte of the body, redirects included. */
  readonly totalMs: number;
  readonly requestBytes: number;
  /** After decoding. */
  readonly responseBytes: number;
  readonly maxRedirects: number;
}

export const defaultLimits: EgressLimits = {
  resolveMs: 3_000,
  connectMs: 4_000,
  firstByteMs: 10_000,
  totalMs: 30_000,
  requestBytes: 1_048_576,
  responseBytes: 5 * 1_048_576,
  maxRedirects: 3,
};

/** What the operator, and no tenant, decides. */
export interface EgressParts {
  readonly resolve: Resolve;
  readonly judge: JudgeAddress;
  /** Certificates (PEM) to trust instead of the runtime's own, for targets with a private authority. */
  readonly authorities?: readonly string[];
}

export const defaultParts: EgressParts = { resolve: resolveHost, judge: judgeAddress };
