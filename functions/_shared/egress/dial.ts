import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { EgressFault } from "./egress-fault.ts";

/** One connection to make. Addresses are dialled as they are: no name is resolved on the way. */
export interface Dial {
  readonly addresses: readonly string[];
  readonly port: number;
  /** Absent for plain TCP. */
  readonly tls?: TlsIdentity;
  readonly connectMs: number;
  readonly signal: AbortSignal;
}

/** Whom the certificate must name. */
export interface TlsIdentity {
  /** A name or an IP address. */
  readonly host: string;
  readonly isAddress: boolean;
  readonly authorities?: readonly string[] | undefined;
}

/** Options that verify the certificate against the host's own name whatever the environment says. */
export function toTlsOptions({ host, isAddress, authorities }: TlsIdentity): ConnectionOptions {
  return {
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
    // An IP address may not be sent as SNI (RFC 6066); it is then compared as the host.
    ...(isAddress ? { host } : { servername: host }),
    ...(authorities ? { ca: [...authorities] } : {}),
  };
}

async function open(address: string, { port, tls }: Dial): Promise<{ socket: Socket; event: string }> {
  if (tls) {
    const { connect } = await import("node:tls");
    const options = { ...toTlsOptions(tls), host: address, port, ALPNProtocols: ["http/1.1"] };
    return { socket: connect(options), event: "secureConnect" };
  }
  const { connect } = await import("node:net");
  return { socket: connect({ host: address, port }), event: "connect" };
}

/** One try; rejects on an error, after `connectMs` and when the signal says so, and leaves no socket behind. */
async function tryAddress(address: string, dial: Dial): Promise<Socket> {
  const { socket, event } = await open(address, dial);
  const late = new EgressFault("UPSTREAM_TIMEOUT", "The target did not accept the connection in time.");
  return new Promise((resolve, reject) => {
    const giveUp = (): void => void socket.destroy(late);
    const timer = setTimeout(giveUp, dial.connectMs);
    const settle = (): void => {
      clearTimeout(timer);
      dial.signal.removeEventListener("abort", giveUp);
      socket.off("error", onError);
    };
    const onError = (error: Error): void => {
      settle();
      socket.on("error", () => undefined);
      socket.destroy();
      reject(error);
    };
    socket.on("error", onError);
    socket.once(event, () => {
      settle();
      socket.setNoDelay(true);
      resolve(socket);
    });
    dial.signal.addEventListener("abort", giveUp, { once: true });
    if (dial.signal.aborted) giveUp();
  });
}

/** Connects to the first address that answers. Rejects with the last error. */
export async function dialAddresses(dial: Dial): Promise<Socket> {
  let last: unknown = new Error("no address to dial");
  for (const address of dial.addresses) {
    if (dial.signal.aborted) break;
    try {
      return await tryAddress(address, dial);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}
