import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DeployedProject, deployProject, expectSuccess } from "../fixtures/deploy/deploy-project.ts";
import { readConfiguredState } from "../fixtures/deploy/read-configured-state.ts";

const configure = 'npm run --silent deploy:configure -- --functions-url "$FUNCTIONS_URL" --every 1';
const stepCount = 7;

let deployed: DeployedProject;
let admin: pg.Client;
let firstOutput: string;

const query = async (text: string): Promise<Record<string, unknown>[]> =>
  (await admin.query<Record<string, unknown>>(text)).rows;

/** 401 CREDENTIAL_INVALID is the pre-request function's own answer. */
async function probeDataApi(): Promise<number> {
  const { url, publishableKey } = deployed.project;
  const headers = { apikey: publishableKey, "x-api-key": "unknown" };
  return (await fetch(`${url}/rest/v1/`, { headers })).status;
}

beforeAll(async () => {
  deployed = await deployProject();
  const { server } = deployed.project;
  admin = new pg.Client({ connectionString: server.urlFor("supabase_admin", "postgres") });
  await admin.connect();
  // The Data API runs already, so what it calls first has to be told to it.
  expect(await probeDataApi()).toBe(200);
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
    expect(firstOutput).toContain(
      "the scheduler answered 202 to the entry's own request and did its work at ",
    );
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
    const [beat] = await query(
      "select last_good_at > now() - interval '1 minute' as fresh from control_plane.heartbeats where name = 'scheduler'",
    );
    expect(beat).toEqual({ fresh: true });
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
    const before = await readConfiguredState(admin);
    const output = await expectSuccess(deployed.run(configure));
    expect(await readConfiguredState(admin)).toEqual(before);
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
    "gantry: gantry.env exists, and nothing in it was changed; name another with --secrets",
  ]);
  expect(await deployed.readSecrets()).toEqual(before);
});
