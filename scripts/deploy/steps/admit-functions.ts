import pg from "pg";
import { StackError } from "../../../dev/process/stack-error.ts";
import { createScramVerifier } from "../../../functions/_domains/provisioning/postgres/create-scram-verifier.ts";
import { toClientConfig } from "../connect-owner.ts";
import type { DeployContext, Step } from "../step.ts";
import { waitFor } from "../wait-for.ts";

/** Poolers remember a refused login for some seconds. */
const poolerPatienceMs = 20_000;
const poolerPauseMs = 2_000;
/** Wrong password, unknown role; the platform's pooler answers XX000 for a user that it cannot find. */
const refusals = new Set(["28P01", "28000", "42501", "XX000"]);

interface Refusal {
  readonly code: string;
  readonly message: string;
}

async function runAsEdge<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(toClientConfig(url));
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Null when the login works; what the server says when it refuses it. Throws when there is no answer at all. */
async function findRefusal(url: string): Promise<Refusal | null> {
  try {
    await runAsEdge(url, (client) => client.query("select"));
    return null;
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    if (typeof code === "string" && refusals.has(code)) return { code, message: String(message) };
    throw new StackError(`no login at the address of GANTRY_DB_URL: ${String(message ?? code)}`);
  }
}

function readLogin({ env }: DeployContext): { readonly url: string; readonly password: string } {
  const url = env.databaseUrl.reveal();
  const { username, password } = new URL(url);
  if (!/^gantry_edge(\.|$)/.test(decodeURIComponent(username))) {
    throw new StackError("GANTRY_DB_URL logs in as somebody else than gantry_edge");
  }
  const text = decodeURIComponent(password);
  if (!/^[\x21-\x7e]{16,}$/.test(text)) {
    throw new StackError("the password in GANTRY_DB_URL must be 16 or more printable ASCII characters");
  }
  return { url, password: text };
}

async function ensureConnect({ client }: DeployContext): Promise<boolean> {
  const { rows } = await client.query<{ database: string; isAdmitted: boolean }>(
    `select pg_catalog.current_database() as database,
       pg_catalog.has_database_privilege('gantry_edge', pg_catalog.current_database(), 'connect') as "isAdmitted"`,
  );
  const [found] = rows;
  if (found === undefined || found.isAdmitted) return false;
  await client.query(`grant connect on database ${client.escapeIdentifier(found.database)} to gantry_edge`);
  return true;
}

async function hasRole(client: pg.Client): Promise<boolean> {
  const { rowCount } = await client.query("select from pg_catalog.pg_roles where rolname = 'gantry_edge'");
  return (rowCount ?? 0) > 0;
}

/** What each statement outside of a transaction of the kernel must meet. */
async function findTooMuch(client: pg.Client): Promise<string | null> {
  const attempts = ["select from control_plane.tenants", "set role postgres", "set role service_role"];
  for (const attempt of attempts) {
    const isAllowed = await client.query(attempt).then(
      () => true,
      () => false,
    );
    if (isAllowed) return attempt;
  }
  return null;
}

/** Gives gantry_edge the password of GANTRY_DB_URL. The server gets its verifier, so no statement holds it. */
export const admitFunctions: Step = {
  name: "login of the functions",
  async apply(context) {
    const { client } = context;
    const { url, password } = readLogin(context);
    if (!(await hasRole(client))) throw new StackError("there is no role gantry_edge: push the schema first");
    const isGranted = await ensureConnect(context);
    if ((await findRefusal(url)) === null) return isGranted ? "gantry_edge may connect" : null;
    const verifier = await createScramVerifier(password);
    await client.query(`alter role gantry_edge with login password ${client.escapeLiteral(verifier)}`);
    return "gantry_edge has the password of GANTRY_DB_URL";
  },
  async prove(context) {
    const { url } = readLogin(context);
    let last: Refusal | null = null;
    const isIn = await waitFor(
      async () => {
        last = await findRefusal(url);
        return last === null ? true : null;
      },
      { timeoutMs: poolerPatienceMs, everyMs: poolerPauseMs },
    );
    if (isIn === null) throw new StackError("the password was set, and the login is still refused");
    return runAsEdge(url, async (edge) => {
      const tooMuch = await findTooMuch(edge);
      if (tooMuch !== null) throw new StackError(`gantry_edge may do what it must not: ${tooMuch}`);
      await edge.query("set role gantry_worker");
      await edge.query("select from control_plane.tenants limit 1");
      return "logs in, reads nothing by itself, reads as gantry_worker";
    });
  },
};
