import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseFunctionEnv } from "../../functions/_shared/env/function-env.ts";
import { configureProject } from "../../scripts/deploy/configure-project.ts";
import { withOwner } from "../../scripts/deploy/connect-owner.ts";
import { findFunctionFault } from "../../scripts/deploy/expect-health.ts";
import { type DeployedProject, deployProject, expectSuccess } from "../fixtures/deploy/deploy-project.ts";
import { readConfiguredState } from "../fixtures/deploy/read-configured-state.ts";

const configure = 'npm run --silent deploy:configure -- --functions-url "$FUNCTIONS_URL" --every 1';

let deployed: DeployedProject;
let admin: pg.Client;

const query = async (text: string): Promise<Record<string, unknown>[]> =>
  (await admin.query<Record<string, unknown>>(text)).rows;

beforeAll(async () => {
  deployed = await deployProject();
  admin = new pg.Client({ connectionString: deployed.project.server.urlFor("supabase_admin", "postgres") });
  await admin.connect();
  await expectSuccess(deployed.run(configure));
});

afterAll(async () => {
  await admin?.end();
  await deployed?.stop();
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
    const before = await readConfiguredState(admin);
    const other = Buffer.alloc(32, "other").toString("base64");
    const fault = await expectFault({ GANTRY_MASTER_KEYS: `key-1:${other}` });
    expect(fault).toMatch(
      /^gantry: master keys: GANTRY_MASTER_KEYS holds another key under the id key-1 than before/,
    );
    expect(await readConfiguredState(admin)).toEqual(before);
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

  test("a right that was taken away: in the server's words, without a trace", async () => {
    await query("revoke delete on cron.job_run_details from public");
    expect(await expectFault()).toBe(
      "gantry: history of the schedule: the database refuses: permission denied for table job_run_details (42501)",
    );
    await query("grant delete on cron.job_run_details to public");
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
