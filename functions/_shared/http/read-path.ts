/** Longest path with query that is looked at; a little less than what proxies commonly take. */
const maxLength = 8_000;

export interface RequestTarget {
  /** Begins with the function's name, without a slash at the end. Percent-escapes are as sent. */
  readonly path: string;
  /** Without the question mark. */
  readonly search: string;
}

/**
 * Takes path and query out of an absolute URL without parsing all of it. Knows the path as the runtime passes it
 * (`/tenants/...`) and as the gateway shows it (`/functions/v1/tenants/...`). Null when it is too long.
 */
export function readTarget(url: string): RequestTarget | null {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const hash = url.indexOf("#", start);
  const target = url.slice(start === -1 ? url.length : start, hash === -1 ? undefined : hash);
  if (target.length > maxLength) return null;
  const question = target.indexOf("?");
  let path = question === -1 ? target : target.slice(0, question);
  if (path.startsWith("/functions/v1/")) path = path.slice("/functions/v1".length);
  if (path.length > 1 && path.endsWith("/")) path = path.slice(0, -1);
  return { path, search: question === -1 ? "" : target.slice(question + 1) };
}

/** Decodes path parameters; null when a percent-escape is malformed. */
export function decodeParams(params: Readonly<Record<string, string>>): Record<string, string> | null {
  try {
    return Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
  } catch {
    return null;
  }
}
