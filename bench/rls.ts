import { readFile } from "node:fs/promises";
import pg from "pg";
import { bootstrapPlatform } from "../dev/platform/bootstrap.ts";
import { withThrowawayServer } from "../dev/postgres/throwaway.ts";
import { applyMigrations } from "../scripts/db/apply-migrations.ts";
import { type BenchResult, median, toResult } from "./result.ts";

const rounds = 7;
const iterations = 60;
const tables = ["bench_plain", "bench_gantry", "bench_documented"] as const;
type Table = (typeof tables)[number];
const tenantId = "10000000-0000-4000-8000-000000000001";

interface Operation {
  readonly name: string;
  readonly iterations: number;
  readonly toSql: (table: Table) => string;
  readonly toParameters: (table: Table, key: string) => readonly unknown[];
  /** What each table must answer or change; a fast refusal would be no figure. */
  readonly rowCount: number;
}

/** The plain table carries the tenant filter by hand; the others do where a client would write it too. */
const operations: readonly Operation[] = [
  {
    name: "page of 50",
    iterations,
    toSql: (table) => `select * from public.${table} where tenant_id = $1 order by created_at desc limit 50`,
    toParameters: () => [tenantId],
    rowCount: 50,
  },
  {
    name: "key",
    iterations,
    toSql: (table) =>
      `select * from public.${table} where id = $1${table === "bench_plain" ? " and tenant_id = $2" : ""}`,
    toParameters: (table, key) => (table === "bench_plain" ? [key, tenantId] : [key]),
    rowCount: 1,
  },
  {
    name: "insert",
    iterations,
    toSql: (table) => `insert into public.${table} (tenant_id, title) values ($1, 'new')`,
    toParameters: () => [tenantId],
    rowCount: 1,
  },
  {
    name: "count",
    iterations: 20,
    toSql: (table) => `select count(*) from public.${table} where tenant_id = $1`,
    toParameters: () => [tenantId],
    rowCount: 1,
  },
  {
    name: "first page without a filter",
    iterations: 20,
    toSql: (table) =>
      `select * from public.${table} ${table === "bench_plain" ? "where tenant_id = $1 " : ""}order by created_at desc limit 50`,
    toParameters: (table) => (table === "bench_plain" ? [tenantId] : []),
    rowCount: 50,
  },
];

/**
 * How statements reach the server. Functions send them unprepared, as a transaction pooler needs it; the Data API keeps
 * them prepared, where planning costs nothing and the policy's share is larger.
 */
const modes = ["unprepared", "prepared"] as const;
type Mode = (typeof modes)[number];

interface Request {
  readonly user: string;
  readonly key: string;
  readonly mode: Mode;
}

interface Timing {
  readonly statementMs: number;
  readonly transactionMs: number;
}

/** One request as the Data API makes it: settings local to a transaction, one statement. */
async function timeRequest(
  client: pg.Client,
  operation: Operation,
  table: Table,
  { user, key, mode }: Request,
): Promise<Timing> {
  const begun = performance.now();
  await client.query("begin");
  const toName = (name: string) => (mode === "prepared" ? { name } : {});
  await client.query({
    ...toName("settings"),
    text: "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true), set_config('request.headers', $2, true)",
    values: [
      JSON.stringify({ sub: user, role: "authenticated", aud: "authenticated" }),
      JSON.stringify({ "x-tenant-id": tenantId }),
    ],
  });
  const started = performance.now();
  const answer = await client.query({
    ...toName(`${operation.name} ${table}`),
    text: operation.toSql(table),
    values: [...operation.toParameters(table, key)],
  });
  const statementMs = performance.now() - started;
  if (answer.rowCount !== operation.rowCount)
    throw new Error(`${operation.name} on ${table}: ${answer.rowCount} rows`);
  await client.query("commit");
  return { statementMs, transactionMs: performance.now() - begun };
}

type Samples = Record<Table, { statement: number[]; transaction: number[] }>;

function createSamples(): Samples {
  const empty = () => ({ statement: [], transaction: [] });
  return { bench_plain: empty(), bench_gantry: empty(), bench_documented: empty() };
}

/** Tables take turns inside a round, so that what else the machine does hits all of them alike. */
async function measure(client: pg.Client, operation: Operation, request: Request): Promise<Samples> {
  const medians = createSamples();
  for (let round = 0; round < rounds; round++) {
    const samples = createSamples();
    for (let iteration = 0; iteration < operation.iterations; iteration++) {
      for (const table of tables) {
        // The documented form without a filter reads every visible row; a few samples show that.
        if (table === "bench_documented" && operation.name.startsWith("first") && iteration >= 2) continue;
        const timing = await timeRequest(client, operation, table, request);
        samples[table].statement.push(timing.statementMs);
        samples[table].transaction.push(timing.transactionMs);
      }
    }
    for (const table of tables) {
      medians[table].statement.push(median(samples[table].statement));
      medians[table].transaction.push(median(samples[table].transaction));
    }
  }
  return medians;
}

function toResults(operation: Operation, mode: Mode, memberships: number, samples: Samples): BenchResult[] {
  const name = `${operation.name}, ${mode}, ${memberships} membership${memberships === 1 ? "" : "s"}`;
  const results = [
    toResult({
      name: `${name}, statement`,
      unit: "ms",
      ours: samples.bench_gantry.statement,
      floor: samples.bench_plain.statement,
      peer: samples.bench_documented.statement,
      maxRatio: 1.5,
    }),
  ];
  if (operation.name.startsWith("first")) return results;
  return [
    ...results,
    toResult({
      name: `${name}, transaction`,
      unit: "ms",
      ours: samples.bench_gantry.transaction,
      floor: samples.bench_plain.transaction,
      peer: samples.bench_documented.transaction,
      maxRatio: 1.2,
    }),
  ];
}

/** How the cost grows from one membership to a thousand; both figures are ratios to the plain table. */
function toGrowth(operation: Operation, mode: Mode, few: Samples, many: Samples): BenchResult {
  const relative = (samples: Samples) =>
    samples.bench_gantry.statement.map((value, round) => value / (samples.bench_plain.statement[round] ?? 1));
  return toResult({
    name: `${operation.name}, ${mode}, 1,000 memberships beside 1`,
    unit: "x plain",
    ours: relative(many),
    floor: relative(few),
    maxRatio: 1.25,
  });
}

async function measureOperation(
  client: pg.Client,
  operation: Operation,
  mode: Mode,
  key: string,
): Promise<BenchResult[]> {
  const byMemberships = new Map<number, Samples>();
  const results: BenchResult[] = [];
  for (const memberships of [1, 50, 1000]) {
    const user = `20000000-0000-4000-8000-${String(memberships).padStart(12, "0")}`;
    const samples = await measure(client, operation, { user, key, mode });
    byMemberships.set(memberships, samples);
    results.push(...toResults(operation, mode, memberships, samples));
  }
  const few = byMemberships.get(1);
  const many = byMemberships.get(1000);
  return few && many ? [...results, toGrowth(operation, mode, few, many)] : results;
}

async function measureAll(client: pg.Client): Promise<BenchResult[]> {
  const found = await client.query<{ id: string }>(
    "select id from public.bench_plain where tenant_id = $1 limit 1",
    [tenantId],
  );
  const key = found.rows[0]?.id ?? "";
  const results: BenchResult[] = [];
  for (const mode of modes) {
    for (const operation of operations)
      results.push(...(await measureOperation(client, operation, mode, key)));
  }
  return results;
}

/** Row security on a million rows of 200 tenants, beside a hand-written filter and the documented policy. */
export function run(): Promise<BenchResult[]> {
  return withThrowawayServer(async (server) => {
    await bootstrapPlatform(server, { database: "bench", defaultPrivileges: "new" });
    const url = server.urlFor("postgres", "bench");
    await applyMigrations(url);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query("set statement_timeout = 0");
      await client.query(await readFile(new URL("./rls-fixture.sql", import.meta.url), "utf8"));
      await client.query("vacuum analyze");
      return await measureAll(client);
    } finally {
      await client.end();
    }
  });
}
