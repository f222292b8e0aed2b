import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { keepPostgrestRunning } from "../../dev/rest/keep-postgrest-running.ts";
import { signToken } from "./people.ts";

export interface RestRequest {
  readonly method?: string;
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface RestReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; null when there is none or it is not JSON. */
  readonly json: unknown;
}

/** The real PostgREST on one database, with the settings of the local stack. */
export interface RestServer {
  readonly url: string;
  readonly jwtSecret: string;
  signToken(claims: Readonly<Record<string, unknown>>): Promise<string>;
  request(path: string, request?: RestRequest): Promise<RestReply>;
  /** supabase-js with the person's token and, where given, the tenant it acts in. */
  createClient(token: string, tenantId?: string): SupabaseClient;
  /** Sends header lines exactly as given, which fetch would merge or refuse; answers with status and body. */
  sendRaw(path: string, headerLines: readonly string[]): Promise<{ status: number; body: string }>;
  stop(): Promise<void>;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

async function sendRequest(url: string, path: string, request: RestRequest): Promise<RestReply> {
  const headers = new Headers(request.headers);
  if (request.token) headers.set("authorization", `Bearer ${request.token}`);
  if (request.body !== undefined && !headers.has("content-type")) {
    headers.set("content-type", "application/json");
  }
  const response = await fetch(`${url}${path}`, {
    method: request.method ?? "GET",
    headers,
    ...(request.body !== undefined && {
      body: typeof request.body === "string" ? request.body : JSON.stringify(request.body),
    }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parseJson(text) };
}

function sendRaw(
  port: number,
  path: string,
  lines: readonly string[],
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      text += chunk;
    });
    socket.once("error", reject);
    socket.once("close", () => {
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
      const chunked = text.slice(text.indexOf("\r\n\r\n") + 4);
      resolve({ status, body: chunked.replace(/^[0-9a-f]+\r\n|\r\n[0-9a-f]*\r\n(?:\r\n)?/gi, "") });
    });
    socket.write(
      [`GET ${path} HTTP/1.1`, "host: 127.0.0.1", "connection: close", ...lines, "", ""].join("\r\n"),
    );
  });
}

/** Starts PostgREST as role authenticator on `databaseUrl`; stop() leaves nothing behind. */
export async function startRestServer(databaseUrl: string): Promise<RestServer> {
  const folder = await mkdtemp(join(tmpdir(), "gantry-rest-"));
  const jwtSecret = randomBytes(32).toString("base64url");
  const notices: string[] = [];
  const postgrest = await keepPostgrestRunning({
    databaseUrl,
    jwtSecret,
    logFile: join(folder, "postgrest.log"),
    onNotice: (line) => notices.push(line),
  });
  const url = `http://127.0.0.1:${postgrest.port}`;
  return {
    url,
    jwtSecret,
    signToken: (claims) => signToken(claims, jwtSecret),
    request: (path, request = {}) => sendRequest(url, path, request),
    createClient: (token, tenantId) =>
      createClient(url, "unused-by-postgrest", {
        auth: { persistSession: false, autoRefreshToken: false },
        global: {
          headers: tenantId === undefined ? {} : { "x-tenant-id": tenantId },
          // supabase-js asks below /rest/v1, which the gateway strips.
          fetch: (input, init) => {
            const headers = new Headers(init?.headers);
            headers.set("authorization", `Bearer ${token}`);
            return fetch(String(input).replace("/rest/v1", ""), { ...init, headers });
          },
        },
      }),
    sendRaw: (path, lines) => sendRaw(postgrest.port, path, lines),
    async stop() {
      await postgrest.stop();
      await rm(folder, { recursive: true, force: true });
      if (notices.length > 0) throw new Error(`PostgREST did not run through: ${notices.join("; ")}`);
    },
  };
}
