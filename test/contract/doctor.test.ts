import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withOwner } from "../../scripts/deploy/connect-owner.ts";
import type { Check, DoctorContext, Finding } from "../../scripts/doctor/check.ts";
import { checkExposedSchemas } from "../../scripts/doctor/checks/exposed-schemas.ts";
import { checkFunctions } from "../../scripts/doctor/checks/functions.ts";
import { checkMasterKeys } from "../../scripts/doctor/checks/master-keys.ts";
import { checkSchedule } from "../../scripts/doctor/checks/schedule.ts";
import { checkTokenIssuer } from "../../scripts/doctor/checks/token-issuer.ts";
import { type DeployedProject, deployProject, expectSuccess } from "../fixtures/deploy/deploy-project.ts";
import { breaks } from "../fixtures/deploy/doctor-breaks.ts";

const doctor = 'npm run --silent doctor -- --functions-url "$FUNCTIONS_URL"';

let deployed: DeployedProject;
let admin: pg.Client;
let variables: Record<string, string>;

beforeAll(async () => {
  deployed = await deployProject();
  const { server } = deployed.project;
  admin = new pg.Client({ connectionString: server.urlFor("supabase_admin", "postgres") });
  await admin.connect();
  await expectSuccess(
    deployed.run('npm run --silent deploy:configure -- --functions-url "$FUNCTIONS_URL" --every 1'),
  );
  variables = await deployed.readSecrets();
});

afterAll(async () => {
  await admin?.end();
  await deployed?.stop();
});

const toLines = (findings: readonly Finding[]) => findings.map(({ level, text }) => `${level} ${text}`);

/** One check on the live project, as the command runs it. */
function examine(check: Check, changes: Partial<DoctorContext> = {}): Promise<string[]> {
  const { databaseUrl, functionsUrl, publishableKey } = deployed.project;
  return withOwner(databaseUrl, async (client) =>
    toLines(await check.run({ client, databaseUrl, functionsUrl, publishableKey, variables, ...changes })),
  );
}

describe("a project that was deployed by the runbook", () => {
  test("is healthy in every line, drift included", async () => {
    const output = await expectSuccess(deployed.run(doctor));
    const lines = output.trim().split("\n");
    expect(lines.pop()).toBe("15 ok, 0 warn, 0 FAIL");
    expect(lines.map((line) => line.slice(0, 6))).toEqual(Array.from({ length: 15 }, () => "ok    "));
  });

  test("db:drift agrees", async () => {
    const output = await expectSuccess(deployed.run('npm run --silent db:drift -- --db-url "$DATABASE_URL"'));
    expect(output.trim()).toBe("The database and the desired state are equal.");
  });

  test("without functions, keys and file: what was not looked at is a warning, not ok", async () => {
    const output = await expectSuccess(
      deployed.run("npm run --silent doctor -- --secrets nowhere.env", { SUPABASE_PUBLISHABLE_KEY: "" }),
    );
    const warned = output.split("\n").filter((line) => line.startsWith("warn"));
    expect(warned.map((line) => line.slice(6).split(":")[0])).toEqual([
      "exposed schemas",
      "master keys",
      "token issuer",
      "functions",
    ]);
  });

  test("no secret is shown", async () => {
    const { output } = await deployed.run(doctor);
    for (const name of ["GANTRY_SCHEDULER_SECRET", "GANTRY_MASTER_KEYS", "GANTRY_DB_URL"]) {
      expect(output).not.toContain(variables[name]);
    }
  });
});

describe("each check fails when its thing is broken by hand", () => {
  test.each(breaks)("$check.name: $sql", async ({ check, sql, undo, lines }) => {
    expect(await examine(check)).toEqual([expect.stringMatching(/^ok /)]);
    await admin.query(sql);
    try {
      const found = await examine(check);
      expect(found).toEqual(
        lines.map((line) => (typeof line === "string" ? line : expect.stringMatching(line))),
      );
    } finally {
      await admin.query(undo);
    }
  });

  test("exposed schemas: the Data API is asked itself", async () => {
    expect(await examine(checkExposedSchemas)).toEqual(["ok public"]);
    await admin.query(
      "alter role authenticator set pgrst.db_schemas = 'public, private'; notify pgrst, 'reload config'",
    );
    const wanted = [
      "FAIL private can be reached by clients: take them out of the Data API's exposed schemas",
    ];
    await expect.poll(() => examine(checkExposedSchemas), { timeout: 10_000 }).toEqual(wanted);
    expect(await examine(checkExposedSchemas, { publishableKey: null })).toEqual(wanted);
    await admin.query("alter role authenticator reset pgrst.db_schemas");
  });

  test("master keys: another one under the same id, one that is gone, a new one in front", async () => {
    await expectSuccess(
      deployed.run('npm run --silent deploy:configure -- --functions-url "$FUNCTIONS_URL" --every 1'),
    );
    const [own = ""] = [variables.GANTRY_MASTER_KEYS];
    const other = Buffer.from("0123456789abcdef0123456789abcdef").toString("base64");
    const withKeys = (keys: string) =>
      examine(checkMasterKeys, { variables: { ...variables, GANTRY_MASTER_KEYS: keys } });
    expect(await withKeys(`key-1:${other}`)).toEqual([
      "FAIL GANTRY_MASTER_KEYS holds another key under the id key-1 than before: put the old key back",
    ]);
    expect(await withKeys("key-1:short")).toEqual([
      expect.stringMatching(/^FAIL GANTRY_MASTER_KEYS: master key 1 /),
    ]);
    expect(await withKeys(`key-2:${other},${own}`)).toEqual([
      expect.stringMatching(/^warn the ring has changed /),
    ]);
    await admin.query(
      "insert into control_plane.tenant_data_keys (tenant_id, version, wrapped_key, master_key_id) values (gen_random_uuid(), 1, '\\x00', 'key-0')",
    );
    expect(await withKeys(own)).toEqual([
      "FAIL GANTRY_MASTER_KEYS has no key key-0, which wraps data keys of tenants: put the old key back",
    ]);
    await admin.query("delete from control_plane.tenant_data_keys where master_key_id = 'key-0'");
  });

  test("token issuer: missing, or of another project", async () => {
    const { GANTRY_JWT_ISSUER: _, ...without } = variables;
    expect(await examine(checkTokenIssuer, { variables: without })).toEqual([
      expect.stringMatching(/^FAIL GANTRY_JWT_ISSUER is not set, so tokens of any issuer pass/),
    ]);
    const elsewhere = { ...variables, GANTRY_JWT_ISSUER: "https://elsewhere.example/auth/v1" };
    expect(await examine(checkTokenIssuer, { variables: elsewhere })).toEqual([
      expect.stringMatching(/^warn https:\/\/elsewhere\.example\/auth\/v1; this project's own is /),
    ]);
  });

  test("functions: none behind the address", async () => {
    const lines = await examine(checkFunctions, {
      functionsUrl: `${deployed.project.url}/elsewhere/functions/v1`,
    });
    expect(lines).toEqual([
      "FAIL tenants is not deployed: npx supabase functions deploy --use-api",
      "FAIL scheduler is not deployed: npx supabase functions deploy --use-api",
    ]);
  });
});

describe("the schedule", () => {
  beforeAll(() => deployed.project.workers.pause("cron", true));

  const owner = (sql: string) => withOwner(deployed.project.databaseUrl, (client) => client.query(sql));

  test("case 39: the entry is gone", async () => {
    const { rows } = await admin.query("select * from cron.job where jobname = 'gantry-scheduler'");
    await admin.query("delete from cron.job where jobname = 'gantry-scheduler'");
    expect(await examine(checkSchedule)).toEqual([
      "FAIL cron.job has no entry gantry-scheduler: npm run deploy:configure",
    ]);
    await owner(
      `select cron.schedule('gantry-scheduler', '1 seconds', ${pg.escapeLiteral(String(rows[0]?.command))})`,
    );
    await admin.query(
      "update cron.job_run_details set jobid = (select jobid from cron.job where jobname = 'gantry-scheduler')",
    );
  });

  test("the entry is switched off, or holds its secret itself", async () => {
    const { rows } = await admin.query(
      "select jobid, command from cron.job where jobname = 'gantry-scheduler'",
    );
    await admin.query("update cron.job_run_details set start_time = now(), end_time = now()");
    await owner(
      "select cron.alter_job(jobid, active => false, command => 'select 1') from cron.job where jobname = 'gantry-scheduler'",
    );
    expect(await examine(checkSchedule)).toEqual([
      "FAIL the entry gantry-scheduler is switched off: npm run deploy:configure",
      "FAIL the entry gantry-scheduler does not take its secret from Vault: npm run deploy:configure",
    ]);
    await admin.query("update cron.job set active = true, command = $2 where jobid = $1", [
      rows[0]?.jobid,
      rows[0]?.command,
    ]);
  });

  test("case 39: pg_cron fires nothing for two periods", async () => {
    await admin.query("update cron.job_run_details set start_time = now() - interval '63 seconds'");
    expect(await examine(checkSchedule)).toEqual([
      "FAIL pg_cron has not fired the entry for two periods: is it running?",
    ]);
    await admin.query("update cron.job_run_details set start_time = now()");
    expect(await examine(checkSchedule)).toEqual([expect.stringMatching(/^ok /)]);
  });

  test("case 37: pg_cron says succeeded, and no work is done", async () => {
    const { rows } = await admin.query(
      "select distinct status from cron.job_run_details where start_time > now() - interval '1 minute'",
    );
    expect(rows).toEqual([{ status: "succeeded" }]);
    await admin.query("update control_plane.heartbeats set last_good_at = now() - interval '185 seconds'");
    expect(await examine(checkSchedule)).toEqual([
      expect.stringMatching(/^FAIL the scheduler's last good run was 3 minutes ago: /),
    ]);
    await admin.query("delete from control_plane.heartbeats");
    expect(await examine(checkSchedule)).toEqual([
      "FAIL the scheduler has never done its work: npm run deploy:configure",
    ]);
    await admin.query(
      "insert into control_plane.heartbeats (name, last_good_at) values ('scheduler', now() + interval '1 hour')",
    );
  });

  test("case 39: a schedule was missed for two periods, another cannot be worked out", async () => {
    const column = await admin.query("select name from control_plane.job_schedules");
    expect(column.rows).toContainEqual({ name: "operations.maintain" });
    await admin.query(`update control_plane.job_schedules
      set next_run_at = '2026-01-01 00:00+00', alarm_at = '2026-01-01 02:00+00' where name = 'operations.maintain'`);
    await admin.query(`insert into control_plane.job_schedules (name, cron, job_type, fault)
      values ('odd', '0 0 30 2 *', 'operations.maintain', 'CRON_NEVER_DUE')`);
    expect(await examine(checkSchedule)).toEqual([
      "FAIL the schedule operations.maintain was due 2026-01-01 00:00:00+00 and has not run",
      "FAIL the schedule odd cannot run: CRON_NEVER_DUE",
    ]);
    await admin.query("delete from control_plane.job_schedules where name = 'odd'");
    await admin.query(
      "update control_plane.job_schedules set next_run_at = now(), alarm_at = now() + interval '2 hours'",
    );
  });

  test("jobs wait, the secret is another one, the run failed", async () => {
    await admin.query(
      "insert into public.background_jobs (job_type, available_at) values ('operations.maintain', now() - interval '11 minutes')",
    );
    await admin.query("update cron.job_run_details set status = 'failed', return_message = 'no room'");
    expect(
      await examine(checkSchedule, { variables: { ...variables, GANTRY_SCHEDULER_SECRET: "another" } }),
    ).toEqual([
      "FAIL pg_cron's last run failed: no room",
      "FAIL Vault holds another secret than GANTRY_SCHEDULER_SECRET: npm run deploy:configure",
      "FAIL 1 jobs have been due for over 10 minutes: look at the scheduler's logs",
    ]);
  });

  test("the command ends with 1 and says everything at once", async () => {
    await admin.query(
      "alter role gantry_edge createdb; create policy open on public.memberships for select to authenticated using (true)",
    );
    const { code, output } = await deployed.run(doctor);
    expect(code).toBe(1);
    expect(output).toContain("FAIL  roles: gantry_edge has createdb: alter role gantry_edge nocreatedb\n");
    expect(output).toContain('FAIL  drift: schema: drop policy "open" on "public"."memberships"\n');
    expect(output).toMatch(/FAIL {2}schedule: .*\nFAIL {2}schedule: /);
    expect(output.trim()).toMatch(/ 0 warn, [4-9] FAIL$/);
  });
});
