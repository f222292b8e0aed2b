import type { ParamIndexMap, Params } from "hono/router";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { SmartRouter } from "hono/router/smart-router";
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

type Match = readonly (readonly [PathEntry, Params | ParamIndexMap])[];

function toParams(
  found: Params | ParamIndexMap,
  stash: readonly string[] | undefined,
): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(found)) {
    params[name] = typeof value === "number" ? (stash?.[value] ?? "") : value;
  }
  return params;
}

/** Builds the look-up from path to route, on Hono's routers. */
export function createMatcher(routes: readonly RouteEntry[]): (path: string) => PathMatch | null {
  const router = new SmartRouter<PathEntry>({ routers: [new RegExpRouter(), new TrieRouter()] });
  for (const entry of toPathEntries(routes).sort(byFixedFirst)) router.add("ALL", entry.path, entry);
  return (path) => {
    const [matches, stash] = router.match("ALL", path) as [Match, (readonly string[])?];
    const [first] = matches;
    return first === undefined ? null : { entry: first[0], params: toParams(first[1], stash) };
  };
}
