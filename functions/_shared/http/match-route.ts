import { TrieRouter } from "hono/router/trie-router";
import type { Method, RouteEntry } from "./route-table.ts";

/** All methods of one path. */
export interface PathEntry {
  readonly path: string;
  readonly byMethod: ReadonlyMap<Method, RouteEntry>;
  /** For the Allow header. */
  readonly allow: string;
}

export interface PathMatch {
  readonly entry: PathEntry;
  /** As they stand in the address, percent-escapes included. */
  readonly params: Readonly<Record<string, string>>;
}

function toAllow(methods: readonly Method[]): string {
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
}

function toPathEntries(routes: readonly RouteEntry[]): PathEntry[] {
  const byPath = Map.groupBy(routes, (route) => route.path);
  return [...byPath].map(([path, entries]) => {
    const byMethod = new Map(entries.map((entry) => [entry.method, entry]));
    if (byMethod.size !== entries.length) throw new Error(`a method is twice in the table: ${path}`);
    return { path, byMethod, allow: toAllow([...byMethod.keys()]) };
  });
}

/** Fixed segments before parameters, so that /tenants/me is never taken for a tenant. */
function byFixedFirst(left: PathEntry, right: PathEntry): number {
  const toKey = (path: string): string => path.replaceAll(/:[^/]+/g, "\uffff");
  return toKey(left.path) < toKey(right.path) ? -1 : 1;
}

/** Builds the look-up from path to route, on the one of Hono's routers that is both small and takes every pattern. */
export function createMatcher(routes: readonly RouteEntry[]): (path: string) => PathMatch | null {
  const router = new TrieRouter<PathEntry>();
  for (const entry of toPathEntries(routes).sort(byFixedFirst)) router.add("ALL", entry.path, entry);
  return (path) => {
    // This router gives the parameters themselves, not places in a list.
    const [[first]] = router.match("ALL", path) as [[PathEntry, Record<string, string>][]];
    return first === undefined ? null : { entry: first[0], params: first[1] };
  };
}
