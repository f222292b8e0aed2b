import { randomBytes } from "node:crypto";
import { isLocalDatabase, withTls } from "./connect-owner.ts";

/** Of the platform's pooler: one server connection for each transaction, which is all that functions need. */
const transactionPort = "6543";

/** 32 random bytes as text that needs no escaping in a URL. */
export function createEdgePassword(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * The owner's URL turned into that of gantry_edge. A pooler's user carries the project (`postgres.<ref>`), which stays,
 * and its port becomes the one that pools by transaction.
 */
export function toEdgeUrl(ownerUrl: string, password: string): string {
  const url = new URL(ownerUrl);
  const [, ...project] = decodeURIComponent(url.username).split(".");
  url.username = ["gantry_edge", ...project].join(".");
  url.password = password;
  if (url.hostname.endsWith(".pooler.supabase.com")) url.port = transactionPort;
  // Only the CLI needs to be told that databases on this machine speak no TLS.
  if (isLocalDatabase(ownerUrl)) url.searchParams.delete("sslmode");
  return withTls(url.href);
}
