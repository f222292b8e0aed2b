import { randomUUID } from "node:crypto";
import pg from "pg";
import { bootstrapTarget } from "../dev/platform/bootstrap.ts";
import type { PostgresServer } from "../dev/postgres/start-postgres.ts";
import { startThrowawayServer } from "../dev/postgres/throwaway.ts";
import type { TargetStep } from "../functions/_domains/provisioning/list-steps.ts";
import { createPostgresAdapter } from "../functions/_domains/provisioning/postgres/create-postgres-adapter.ts";
import { prepareTarget } from "../functions/_domains/provisioning/postgres/prepare-target.ts";
import type { TargetDatabase } from "../functions/_domains/provisioning/target-adapter.ts";
import { Secret } from "../functions/_shared/crypto/secret.ts";
import { openPostgres } from "../functions/_shared/egress/open-postgres.ts";
import { type BenchResult, toResult } from "./result.ts";

const roundCount = 9;
/** They load modules, fill caches and make the WAL files that later rounds use again. */
const warmUpCount = 3;
const tableCount = 60;
const templateName = "bench_template";
const firstQuery = "select count(*) from t_1";

/**
 * A tenant schema of ordinary size, 60 KB: pgcrypto, 60 tables with comments, 119 indexes beside the keys, 59 foreign
 * keys, RLS with 119 policies, 60 triggers.
 */
function writeSchema(): string {
  const parts = [
    "create extension pgcrypto;",
    "create function touch() returns trigger language plpgsql as $$ begin new.updated_at := now(); return new; end $$;",
  ];
  for (let i = 1; i <= tableCount; i += 1) {
    const parent = i === 1 ? "" : `, parent_id uuid references t_${i - 1} (id) on delete cascade`;
    parts.push(
      `create table t_${i} (id uuid primary key default gen_random_uuid(), owner_id uuid not null, name text not null,
        state text not null default 'new' check (state in ('new', 'open', 'done')), amount numeric(12, 2) check (amount >= 0), currency char(3), note text,
        is_archived boolean not null default false, due_at timestamptz,
        data jsonb not null default '{}', created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()${parent});`,
      `create index t_${i}_owner_idx on t_${i} (owner_id, created_at desc);`,
      i === 1 ? "" : `create index t_${i}_parent_idx on t_${i} (parent_id);`,
      `comment on table t_${i} is 'One of the things that tenants of ordinary size keep.';`,
      `alter table t_${i} enable row level security;`,
      `create policy t_${i}_read on t_${i} for select using (owner_id is not null);`,
      i === 1 ? "" : `create policy t_${i}_write on t_${i} for update using (owner_id is not null);`,
      `create trigger touch before update on t_${i} for each row execute function touch();`,
      `grant select, insert, update, delete on t_${i} to public;`,
    );
  }
  return parts.join("\n");
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function time(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function inventTarget(server: PostgresServer): TargetDatabase & { connectionString: Secret } {
  const hex = randomUUID().replaceAll("-", "");
  const names = { database: `db_${hex}`, role: `tenant_${hex}` };
  const url = `postgresql://${names.role}:${hex}@${server.host}:${server.port}/${names.database}`;
  return { ...names, connectionString: new Secret(url) };
}

async function runSteps(
  adminUrl: Secret,
  target: TargetDatabase,
  steps: readonly TargetStep[],
): Promise<void> {
  const work = await createPostgresAdapter({ openPostgres, templateName }).begin(adminUrl, target);
  try {
    for (const step of steps) await work.run(step);
  } finally {
    await work.close();
  }
}

/** From nothing to the answer of a first query through the login that the tenant gets. */
async function timeOurs(server: PostgresServer, adminUrl: Secret): Promise<number> {
  const target = inventTarget(server);
  const elapsedMs = await time(async () => {
    await runSteps(adminUrl, target, [
      "create_role",
      "create_database",
      "lock_down_database",
      "hand_over_schema",
      "verify_login",
    ]);
    await withClient(target.connectionString.reveal(), (client) => client.query(firstQuery));
  });
  await runSteps(adminUrl, target, ["close_logins", "terminate_connections", "drop_database", "drop_role"]);
  return elapsedMs;
}

/** The one statement that nobody can do without, on a connection that is open already; ours connects in its time. */
async function timeClone(server: PostgresServer): Promise<number> {
  const elapsedMs = await withClient(server.urlFor("postgres", "postgres"), (admin) =>
    time(async () => {
      await admin.query(`create database bare template ${templateName} strategy wal_log`);
    }),
  );
  await drop(server, "bare");
  return elapsedMs;
}

/** Without a template: an empty database, the whole schema in one transaction, the first query. */
async function timeCreateAndMigrate(server: PostgresServer, schema: string): Promise<number> {
  const elapsedMs = await withClient(server.urlFor("postgres", "postgres"), (admin) =>
    time(async () => {
      await admin.query("create database migrated");
      await withClient(server.urlFor("postgres", "migrated"), async (client) => {
        await client.query(`begin; ${schema} commit;`);
        await client.query(firstQuery);
      });
    }),
  );
  await drop(server, "migrated");
  return elapsedMs;
}

/** As the end of each round's part, so that each part begins after the checkpoint that a drop makes. */
async function drop(server: PostgresServer, database: string): Promise<void> {
  await withClient(server.urlFor("postgres", "postgres"), async (admin) => {
    await admin.query(`drop database ${database} with (force)`);
  });
}

async function makeTemplate(server: PostgresServer, admin: pg.Client, schema: string): Promise<void> {
  await admin.query(`create database ${templateName}`);
  await withClient(server.urlFor("postgres", templateName), (client) => client.query(schema));
  await admin.query(`alter database ${templateName} is_template true allow_connections false`);
}

interface Round {
  readonly oursMs: number;
  readonly cloneMs: number;
  readonly migrateMs: number;
}

async function runRounds(server: PostgresServer): Promise<Round[]> {
  const adminUrl = new Secret(server.urlFor("postgres", "postgres"));
  const session = await openPostgres(adminUrl);
  await prepareTarget(session, { forbiddenSystemIdentifier: "0" });
  await session.close();
  const schema = writeSchema();
  await withClient(adminUrl.reveal(), (admin) => makeTemplate(server, admin, schema));
  const rounds: Round[] = [];
  for (let i = 0; i < warmUpCount + roundCount; i += 1) {
    const cloneMs = await timeClone(server);
    const oursMs = await timeOurs(server, adminUrl);
    const migrateMs = await timeCreateAndMigrate(server, schema);
    if (i >= warmUpCount) rounds.push({ oursMs, cloneMs, migrateMs });
  }
  return rounds;
}

/** The adapter to the tenant's first query, on a cluster that syncs its writes as a real one does. */
export async function run(): Promise<BenchResult[]> {
  const server = await startThrowawayServer({
    settings: {
      fsync: "on",
      synchronous_commit: "on",
      full_page_writes: "on",
      // A cluster that has run for a while uses its WAL files again; without this, each drop's checkpoint would remove
      // them, and every round would first write 16 MB of zeros.
      min_wal_size: "1GB",
    },
  });
  try {
    await bootstrapTarget(server);
    const rounds = await runRounds(server);
    const ours = rounds.map((round) => round.oursMs);
    return [
      toResult({
        name: "adapter to first query / bare create database ... template",
        unit: "ms",
        ours,
        floor: rounds.map((round) => round.cloneMs),
        maxRatio: 2.0,
      }),
      toResult({
        name: "adapter to first query / create + migrate in one transaction",
        unit: "ms",
        ours,
        floor: rounds.map((round) => round.migrateMs),
        maxRatio: 0.3,
      }),
    ];
  } finally {
    await server.stop();
  }
}
