import { createKeyRing } from "../crypto/key-ring.ts";
import { Secret } from "../crypto/secret.ts";

/** Reads one variable. Throws an Error whose message says what is wrong without showing the value. */
export type EnvRule<T> = (value: string | undefined) => T;

/** All faults of an environment at once. Holds names and rules, no values. */
export class EnvError extends Error {
  override readonly name = "EnvError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`the environment is not usable: ${faults.join("; ")}`);
    this.faults = faults;
  }
}

const required = (value: string | undefined): string => {
  if (value === undefined || value === "") throw new Error("is missing");
  if (value.trim() !== value) throw new Error("begins or ends with white space");
  return value;
};

/** A rule for a variable that may be absent or empty; null then. */
export function optional<T>(rule: EnvRule<T>): EnvRule<T | null> {
  return (value) => (value === undefined || value === "" ? null : rule(value));
}

/** A text of some length that must not be shown. No default exists for any secret. */
export function secret(minLength: number): EnvRule<Secret> {
  return (value) => {
    const text = required(value);
    if (text.length < minLength) throw new Error(`has fewer than ${minLength} characters`);
    if (new Set(text).size < 8) throw new Error("repeats too few characters to be a secret");
    return new Secret(text);
  };
}

/** `postgresql://` with a user and a database; kept secret because of its password. */
export function postgresUrl(): EnvRule<Secret> {
  return (value) => {
    const text = required(value);
    const url = URL.parse(text);
    if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) throw new Error("is not a postgresql:// URL");
    if (url.username === "" || url.pathname.length < 2) throw new Error("names no user or no database");
    if (/^(postgres|supabase_admin|service_role)(\.|$)/.test(decodeURIComponent(url.username))) {
      throw new Error("logs in as a role that row security does not bind");
    }
    return new Secret(text);
  };
}

/** An http or https URL; plain http only to this machine. */
export function httpUrl(): EnvRule<string> {
  return (value) => {
    const url = URL.parse(required(value));
    if (url === null || !/^https?:$/.test(url.protocol)) throw new Error("is not an http(s) URL");
    const isLocal = /^(localhost|127\.0\.0\.1|\[::1\]|kong|host\.docker\.internal)$/.test(url.hostname);
    if (url.protocol === "http:" && !isLocal) throw new Error("is plain http to another machine");
    return url.href.replace(/\/$/, "");
  };
}

/** Comma-separated origins, each exactly `scheme://host[:port]`; a wildcard is refused. Absent means none. */
export function originList(): EnvRule<readonly string[]> {
  return (value) => {
    const origins = (value ?? "").split(",").map((origin) => origin.trim());
    for (const origin of origins) {
      if (origin !== "" && URL.parse(origin)?.origin !== origin)
        throw new Error("holds something that is no origin");
    }
    return origins.filter((origin) => origin !== "");
  };
}

/** Whether this is a public key for ES256 or RS256 that a token can name. */
function isPublicKey(key: unknown): boolean {
  if (typeof key !== "object" || key === null || "d" in key || "k" in key) return false;
  const { kty, kid } = key as { kty?: unknown; kid?: unknown };
  return (kty === "EC" || kty === "RSA") && typeof kid === "string";
}

/** A JSON Web Key Set as JSON text: public EC and RSA keys, each with an id. */
export function jwksJson(): EnvRule<string> {
  return (value) => {
    const text = required(value);
    let keys: unknown;
    try {
      keys = (JSON.parse(text) as { keys?: unknown } | null)?.keys;
    } catch {
      throw new Error("is not JSON");
    }
    if (!Array.isArray(keys) || keys.length === 0) throw new Error("has no keys");
    if (!keys.every(isPublicKey)) throw new Error("holds something else than public EC or RSA keys with ids");
    return text;
  };
}

/** `id:base64,id:base64`, 32 bytes each. */
export function masterKeys(): EnvRule<Secret> {
  return (value) => {
    const text = new Secret(required(value));
    createKeyRing(text);
    return text;
  };
}

/** A whole number of at most three digits; the fallback when it is absent or empty. */
export function wholeNumber(max: number, fallback: number): EnvRule<number> {
  return (value) => {
    if (value === undefined || value === "") return fallback;
    const number = /^\d{1,3}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number <= max)) throw new Error(`is not a whole number from 0 to ${max}`);
    return number;
  };
}

/** Any non-empty text. */
export function text(): EnvRule<string> {
  return required;
}

type Rules = Readonly<Record<string, readonly [variable: string, rule: EnvRule<unknown>]>>;
type Parsed<R extends Rules> = { readonly [K in keyof R]: ReturnType<R[K][1]> };

type Source = Readonly<Record<string, string | undefined>>;

/**
 * Reads all variables by their rules, and `findFaults` for rules about several of them. Throws one EnvError that names
 * every fault. Made without the schema library, because it runs at each cold start, before it is known whether the
 * request needs any of it.
 */
export function defineEnv<R extends Rules>(
  rules: R,
  findFaults: (source: Source) => readonly string[] = () => [],
): (source: Source) => Parsed<R> {
  return (source) => {
    const faults: string[] = [];
    const env: Record<string, unknown> = {};
    for (const [key, [variable, rule]] of Object.entries(rules)) {
      try {
        env[key] = rule(source[variable]);
      } catch (error) {
        faults.push(`${variable} ${error instanceof Error ? error.message : "is not usable"}`);
      }
    }
    faults.push(...findFaults(source));
    if (faults.length > 0) throw new EnvError(faults);
    return env as Parsed<R>;
  };
}
