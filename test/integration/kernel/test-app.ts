import { randomBytes } from "node:crypto";
import pg from "pg";
import { type App, createApp } from "../../../functions/_shared/http/create-app.ts";
import type { RouteEntry } from "../../../functions/_shared/http/route-table.ts";
import type { Services } from "../../../functions/_shared/http/services.ts";
import { createLogger } from "../../../functions/_shared/log/create-logger.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/database.ts";
import { createClaims, type Person, type SignUpOptions, signToken, signUp } from "../../helpers/people.ts";
import { createDocumentCheck } from "./expect-documented.ts";

export const jwtSecret = randomBytes(32).toString("base64url");

/** A usable environment; nothing listens at its addresses. */
export function createEnvironment(databaseUrl: string): Record<string, string> {
  return {
    GANTRY_DB_URL: databaseUrl,
    GANTRY_JWT_SECRET: jwtSecret,
    GANTRY_SCHEDULER_SECRET: randomBytes(32).toString("base64url"),
    GANTRY_MASTER_KEYS: `test:${randomBytes(32).toString("base64")}`,
    GANTRY_ALLOWED_ORIGINS: "https://app.example",
    SUPABASE_URL: "http://127.0.0.1:1",
  };
}

export interface CallOptions {
  readonly method?: string;
  /** Null sends no credential. */
  readonly as?: Person | null;
  readonly token?: string;
  readonly json?: unknown;
  readonly body?: BodyInit;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  readonly body: any;
}

/** A function's app on a database of its own, called without a network. */
export interface TestApp {
  readonly app: App;
  readonly database: TestDatabase;
  /** Superuser: for arranging, and for reading what really is there. */
  readonly admin: pg.Client;
  readonly logLines: string[];
  /** How often the scheduler would have been woken. */
  wakeCount(): number;
  signUp(options?: SignUpOptions): Promise<Person>;
  /** Also fails when the answer is not what the route's OpenAPI description says. */
  call(path: string, options?: CallOptions): Promise<Answered>;
  stop(): Promise<void>;
}

export async function startTestApp(
  name: string,
  routes: readonly RouteEntry[],
  services: Partial<Services> = {},
): Promise<TestApp> {
  const database = await createTestDatabase();
  const admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  const logLines: string[] = [];
  let wakes = 0;
  const expectDocumented = createDocumentCheck(routes);
  const app = createApp({
    name,
    routes,
    environment: createEnvironment(database.edgeUrl),
    services: {
      log: createLogger(
        (line) => logLines.push(line),
        () => new Date(),
      ),
      callScheduler: async () => {
        wakes += 1;
      },
      ...services,
    },
  });
  return {
    app,
    database,
    admin,
    logLines,
    wakeCount: () => wakes,
    signUp: (options) => signUp(admin, options),
    async call(path, options = {}) {
      const answer = await callApp(app, path, options);
      await expectDocumented(options.method ?? "GET", path, answer);
      return answer;
    },
    async stop() {
      await app.close();
      await admin.end();
      await database.drop();
    },
  };
}

async function toHeaders(options: CallOptions): Promise<Headers> {
  const headers = new Headers(options.json === undefined ? {} : { "content-type": "application/json" });
  const token = options.token ?? (options.as ? await signToken(options.as.claims, jwtSecret) : undefined);
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value);
  return headers;
}

export async function callApp(app: App, path: string, options: CallOptions = {}): Promise<Answered> {
  const body = options.json === undefined ? options.body : JSON.stringify(options.json);
  const response = await app.fetch(
    new Request(`http://127.0.0.1${path}`, {
      method: options.method ?? "GET",
      headers: await toHeaders(options),
      ...(body === undefined ? {} : { body, duplex: "half" }),
    } as RequestInit),
  );
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== "" ? JSON.parse(text) : null,
  };
}

/** A token of any claims, signed with the app's own secret. */
export const signClaims = (userId: string, extra: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  signToken(createClaims(userId, extra), jwtSecret);
