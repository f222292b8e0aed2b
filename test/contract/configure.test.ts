import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseFunctionEnv } from "../../functions/_shared/env/function-env.ts";
import { configureProject } from "../../scripts/deploy/configure-project.ts";
import { withOwner } from "../../scripts/deploy/connect-owner.ts";
import { findFunctionFault } from "../../scripts/deploy/expect-health.ts";
import { type DeployedProject, deployProject, expectSuccess } from "../fixtures/deploy/deploy-project.ts";

const configure = 'npm run --silent deploy:configure -- --functions-url "$FUNCTIONS_URL" --every 1';
const stepCount = 7;

let deployed: DeployedProject;
let admin: pg.Client;
let firstOutput: string;

const query = async (text: string): Promise<Record<string, unknown>[]> =>
  (await admin.query<Record<string, unknown>>(text)).rows;

/** Everything that the command writes, with the transaction that wrote it: equal before and after means untouched. */
async function readState(): Promise<unknown> {
  return {
    jobs: await query("select xmin, * from cron.job order by jobid"),
    secrets: await query("select xmin, * from vault.secrets order by id"),
    config: await query("select xmin, * from control_plane.system_config order by key"),
    audit: await query("select count(*) from public.audit_logs where resource_type = 'system_config'"),
    settings: await query("select s.xmin, s.* from pg_db_role_setting s order by setdatabase, setrole"),
    logins: await query("select xmin, rolname, rolpassword from pg_authid order by oid"),
    database: await query("select xmin, datacl from pg_database where datname = current_database()"),
    extensions: await query("select xmin, extname from pg_extension order by extname"),
  };
}

beforeAll(async () => {
  deployed = await deployProject();
  const { server } = deployed.project;
  admin = new pg.Client({ connectionString: server.urlFor("supabase_admin", "postgres") });
  await admin.connect();
  firstOutput = await expectSuccess(deployed.run(configure));
});

afterAll(async () => {
  await admin?.end();
  await deployed?.stop();
});

describe("the first run", () => {
  test("sets and tries each thing", () => {
    const changed = firstOutput.split("\n").filter((line) => line.startsWith("changed"));
    expect(changed.map((line) => line.slice(10).split(":")[0])).toEqual([
      " login of the functions",
      " master keys",
      " pre-request function",
      " scheduler secret",
      " schedule",
      " history of the schedule",
    ]);
    expect(firstOutput).toContain("the scheduler answered 202 to the entry's own request and worked at ");
    expect(firstOutput).toContain("the Data API refuses an unknown credential");
    expect(firstOutput).toContain("6 changed; everything works.");
  });

  test("case 36: two entries of pg_cron, whatever is due", async () => {
    expect(await query("select jobname, schedule, active from cron.job order by jobname")).toEqual([
      { jobname: "gantry-clean", schedule: "17 3 * * *", active: true },
      { jobname: "gantry-scheduler", schedule: "1 seconds", active: true },
    ]);
  });

  test("makes the scheduler work in this database, woken by the entry alone", async () => {
    const [done] = await query(
      "select count(*)::int as jobs from public.background_jobs where job_type = 'operations.maintain' and status = 'completed'",
    );
    expect(done?.jobs).toBeGreaterThan(0);
    const [answers] = await query(
      "select count(*) filter (where status_code = 202)::int > 1 as many, count(*) filter (where status_code <> 202)::int as other from net._http_response",
    );
    expect(answers).toEqual({ many: true, other: 0 });
  });

  test("case 43: no secret in entries, history, queue, statistics of statements, settings, log or output", async () => {
    const { GANTRY_SCHEDULER_SECRET, GANTRY_MASTER_KEYS, GANTRY_DB_URL } = await deployed.readSecrets();
    const secrets = [
      GANTRY_SCHEDULER_SECRET ?? "",
      (GANTRY_MASTER_KEYS ?? "").split(":")[1] ?? "",
      new URL(GANTRY_DB_URL ?? "").password,
    ];
    for (const secret of secrets) expect(secret.length).toBeGreaterThanOrEqual(43);
    const log = await readFile(join(deployed.project.server.folder, "postgres.log"), "utf8");
    expect(log).toContain("alter role gantry_edge");
    const places = {
      log,
      output: firstOutput,
      jobs: await query("select * from cron.job"),
      history: await query("select * from cron.job_run_details"),
      queue: await query("select * from net.http_request_queue"),
      answers: await query("select * from net._http_response"),
      statements: await query("select query from extensions.pg_stat_statements"),
      vault: await query("select * from vault.secrets"),
      config: await query("select * from control_plane.system_config"),
      audit: await query("select * from public.audit_logs"),
      settings: await query("select * from pg_db_role_setting"),
    };
    // The places hold what went on, so that holding no secret says something.
    expect(JSON.stringify(places.statements)).toContain("vault.create_secret");
    expect(JSON.stringify(places.jobs)).toContain("vault.decrypted_secrets");
    expect(places.history.length).toBeGreaterThan(0);
    const leaks = Object.entries(places)
      .filter(([, content]) => secrets.some((secret) => JSON.stringify(content).includes(secret)))
      .map(([place]) => place);
    expect(leaks).toEqual([]);
  });

  test("case 28: API roles and the functions' roles cannot write the entries or read the secret", async () => {
    const [rights] = await query(`
      select bool_or(has_table_privilege(r, 'cron.job', 'insert, update, delete, truncate')) as entries,
        bool_or(has_schema_privilege(r, 'vault', 'usage') and has_table_privilege(r, 'vault.decrypted_secrets', 'select')) as secret
      from unnest(array['anon', 'authenticated', 'gantry_edge', 'gantry_worker', 'gantry_definer', 'authenticator']) r
    `);
    expect(rights).toEqual({ entries: false, secret: false });
  });
});

describe("a second run", () => {
  test("changes nothing and says so", async () => {
    const before = await readState();
    const output = await expectSuccess(deployed.run(configure));
    expect(await readState()).toEqual(before);
    expect(output.split("\n").filter((line) => line.startsWith("as it was"))).toHaveLength(stepCount);
    expect(output).toContain("Nothing was changed; everything works.");
  });

  test("puts back what somebody changed by hand, and nothing else", async () => {
    const { databaseUrl, server } = deployed.project;
    const owner = new pg.Client({ connectionString: databaseUrl });
    await owner.connect();
    await owner.query("select cron.schedule('gantry-scheduler', '30 seconds', 'select 1')");
    await owner.query(
      "select cron.alter_job(jobid, active => false) from cron.job where jobname = 'gantry-clean'",
    );
    await owner.end();
    await server.setPassword("gantry_edge", "something-else-entirely");
    const output = await expectSuccess(deployed.run(configure));
    const changed = output.split("\n").filter((line) => line.startsWith("changed"));
    expect(changed.map((line) => line.slice(11).split(":")[0])).toEqual([
      "login of the functions",
      "schedule",
      "history of the schedule",
    ]);
  });
});

/** Runs the command when something is wrong; answers with its one line. */
async function expectFault(environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const { code, output } = await deployed.run(configure, environment);
  expect(code, output).toBe(1);
  const lines = output.trim().split("\n");
  const fault = lines.find((line) => line.startsWith("gantry: ")) ?? output;
  expect(output).not.toMatch(/\n\s+at /);
  return fault;
}

describe("a run that cannot succeed says what to do", () => {
  test("another scheduler secret than the functions have", async () => {
    const fault = await expectFault({ GANTRY_SCHEDULER_SECRET: "another-secret-0123456789-0123456789-abc" });
    expect(fault).toBe(
      "gantry: schedule: the scheduler was not woken: HTTP 401; the functions have another GANTRY_SCHEDULER_SECRET: set the secrets again",
    );
    // The next run, with the right one, replaces what this one stored.
    expect(await expectSuccess(deployed.run(configure))).toContain(
      "changed    scheduler secret: replaced in Vault",
    );
  });

  test("another master key under a known id: nothing is written", async () => {
    const before = await readState();
    const other = Buffer.alloc(32, "other").toString("base64");
    const fault = await expectFault({ GANTRY_MASTER_KEYS: `key-1:${other}` });
    expect(fault).toMatch(
      /^gantry: master keys: GANTRY_MASTER_KEYS holds another key under the id key-1 than before/,
    );
    expect(await readState()).toEqual(before);
  });

  test("a pre-request function of somebody else is not replaced", async () => {
    await query("alter role authenticator set pgrst.db_pre_request = 'public.theirs'");
    const fault = await expectFault();
    expect(fault).toMatch(/^gantry: pre-request function: the Data API already calls public\.theirs; /);
    await query("alter role authenticator reset pgrst.db_pre_request");
    expect(await expectSuccess(deployed.run(configure))).toContain(
      "the Data API refuses an unknown credential",
    );
  });

  test("a login that may do too much", async () => {
    await query("grant select on control_plane.tenants to gantry_edge");
    await query("grant usage on schema control_plane to gantry_edge");
    expect(await expectFault()).toBe(
      "gantry: login of the functions: gantry_edge may do what it must not: select from control_plane.tenants",
    );
    await query("revoke select on control_plane.tenants from gantry_edge");
    await query("revoke usage on schema control_plane from gantry_edge");
  });

  test("GANTRY_DB_URL of a role that bypasses row security", async () => {
    const { databaseUrl } = deployed.project;
    const fault = await expectFault({ GANTRY_DB_URL: databaseUrl });
    expect(fault).toMatch(/GANTRY_DB_URL logs in as a role that row security does not bind/);
    expect(fault).not.toContain(new URL(databaseUrl).password);
  });

  test("an extension that the server does not have", async () => {
    await query("alter schema vault rename to gone");
    expect(await expectFault()).toMatch(/^gantry: extensions: this server has no supabase_vault /);
    await query("alter schema gone rename to vault");
  });

  test("a database that does not answer: without its URL", async () => {
    const fault = await expectFault({ DATABASE_URL: "postgresql://postgres:canary-pw@127.0.0.1:1/postgres" });
    expect(fault).toMatch(/^gantry: cannot connect to the database: .*ECONNREFUSED/);
    expect(fault).not.toContain("canary-pw");
  });
});

describe("a probe fails", () => {
  const patience = { answerMs: 1_000, cronMs: 1_000, workMs: 1_000, reloadMs: 1_000 };

  const tryAgain = async (): Promise<void> => {
    const { functionsUrl, databaseUrl } = deployed.project;
    const env = parseFunctionEnv({ ...(await deployed.readSecrets()), SUPABASE_URL: deployed.project.url });
    await withOwner(databaseUrl, (client) =>
      configureProject(
        { client, env, functionsUrl, everySeconds: 1, publishableKey: null, patience },
        () => undefined,
      ),
    );
  };

  test("when pg_net sends nothing", async () => {
    deployed.project.workers.pause("net", true);
    await expect(tryAgain()).rejects.toThrow("schedule: pg_net did not send the request");
    deployed.project.workers.pause("net", false);
  });

  test("case 39: when pg_cron fires nothing", async () => {
    deployed.project.workers.pause("cron", true);
    await query("delete from cron.job_run_details");
    await expect(tryAgain()).rejects.toThrow("schedule: pg_cron: it does not fire the entry");
  });

  test("when pg_cron's runs fail", async () => {
    await query(`insert into cron.job_run_details (jobid, username, status, return_message, start_time, end_time)
      select jobid, username, 'failed', 'no room', now(), now() from cron.job where jobname = 'gantry-scheduler'`);
    await expect(tryAgain()).rejects.toThrow("schedule: pg_cron: its last run ended failed: no room");
    await query("delete from cron.job_run_details");
    deployed.project.workers.pause("cron", false);
  });

  test("when the functions work in another database, or in none", async () => {
    const before = deployed.project.api.secrets.get("GANTRY_DB_URL") ?? "";
    const elsewhere = 'npx supabase secrets set --project-ref "$PROJECT_REF" GANTRY_DB_URL=';
    await expectSuccess(deployed.run(`${elsewhere}postgresql://gantry_edge:nobody@127.0.0.1:1/postgres`));
    await expect(tryAgain()).rejects.toThrow(
      "schedule: the scheduler answers, but does no work in this database",
    );
    await expectSuccess(deployed.run(`${elsewhere}'${before}'`));
    await expect(tryAgain()).resolves.toBeUndefined();
  });

  test("when a function is not there", async () => {
    const { functionsUrl } = deployed.project;
    expect(await findFunctionFault(functionsUrl, "nothing")).toBe("nothing is not deployed");
    expect(await findFunctionFault("http://127.0.0.1:1/functions/v1", "tenants")).toBe(
      "tenants cannot be reached",
    );
  });
});

test("without GANTRY_DB_URL it makes one, closed to others, and the functions have to be told", async () => {
  const file = join(deployed.checkout.root, "gantry.env");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace(/^GANTRY_DB_URL=.*\n/m, ""), { mode: 0o644 });
  // Whether it can finish depends on connections that the functions still hold with the old password.
  const { output } = await deployed.run(configure);
  expect(output).toContain("GANTRY_DB_URL is new, in gantry.env. The functions need it too:");
  expect(output).not.toContain("postgresql://");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const { GANTRY_DB_URL = "" } = await deployed.readSecrets();
  const edge = new pg.Client({ connectionString: GANTRY_DB_URL });
  await edge.connect();
  expect((await edge.query("select current_user as name")).rows).toEqual([{ name: "gantry_edge" }]);
  await edge.end();
  await expectSuccess(
    deployed.run('npx supabase secrets set --env-file gantry.env --project-ref "$PROJECT_REF"'),
  );
  expect(await expectSuccess(deployed.run(configure))).toContain("Nothing was changed; everything works.");
});

test("deploy:env never replaces a file", async () => {
  const before = await deployed.readSecrets();
  const { code, output } = await deployed.run(
    'npm run --silent deploy:env -- --functions-url "$FUNCTIONS_URL"',
  );
  expect([code, output.trim()]).toEqual([
    1,
    "gantry: gantry.env exists, and nothing in it was changed; name another with --env-file",
  ]);
  expect(await deployed.readSecrets()).toEqual(before);
});
