import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../../../functions/_shared/crypto/secret.ts";
import { parseFunctionEnv } from "../../../functions/_shared/env/function-env.ts";
import { routes } from "../../../functions/scheduler/routes.ts";
import type { Person } from "../../helpers/people.ts";
import { createEnvironment, startTestApp, type TestApp } from "./test-app.ts";

const schedulerSecret = randomBytes(32).toString("base64url");
const background: Promise<unknown>[] = [];
let test: TestApp;
let person: Person;

beforeAll(async () => {
  const env = parseFunctionEnv(createEnvironment("postgresql://gantry_edge:x@127.0.0.1:1/x"));
  test = await startTestApp("scheduler", routes, {
    env: { ...env, schedulerSecret: new Secret(schedulerSecret) },
    waitUntil: (work) => void background.push(work),
  });
  person = await test.signUp();
});
afterAll(async () => {
  await Promise.all(background);
  await test.stop();
});

const wake = (token = schedulerSecret) => test.call("/scheduler/", { method: "POST", token });
const countJobs = async (status: string): Promise<number> =>
  (
    await test.admin.query("select count(*)::int as n from public.background_jobs where status = $1", [
      status,
    ])
  ).rows[0].n;

describe("the scheduler", () => {
  it("refuses everything but its secret, and works on nothing then", async () => {
    const tokens = ["", "x", `${schedulerSecret}x`];
    for (const token of tokens) expect((await wake(token)).status).toBe(401);
    expect((await test.call("/scheduler", { method: "POST", as: person })).status).toBe(401);
    expect((await test.call("/scheduler", { method: "POST" })).body.code).toBe("TOKEN_MISSING");
    expect(background).toEqual([]);
  });

  it("answers 202 at once, does the hourly housekeeping afterwards, and once an hour only", async () => {
    const answer = await wake();
    expect([answer.status, answer.body]).toEqual([202, { status: "started" }]);
    await Promise.all(background);
    expect(await countJobs("completed")).toBe(1);
    await wake();
    await Promise.all(background);
    expect(await countJobs("completed")).toBe(1);
  });

  it("20 wake-ups at once make one flight, which leaves nothing behind", async () => {
    const before = background.length;
    const sql =
      "select private.enqueue_job(p_job_type => 'operations.maintain', p_tenant_id => null, p_payload => '{}')";
    for (let index = 0; index < 10; index++) await test.admin.query(sql);
    const answers = await Promise.all(Array.from({ length: 20 }, () => wake()));
    expect(answers.filter((answer) => answer.body.status === "started")).toHaveLength(1);
    expect(background.length).toBe(before + 1);
    await Promise.all(background);
    expect([await countJobs("pending"), await countJobs("running"), await countJobs("completed")]).toEqual([
      0, 0, 11,
    ]);
  });

  it("repairs a sign-up that went wrong", async () => {
    await test.admin.query(
      "alter table control_plane.tenants add constraint nobody check (personal_user_id is null) not valid",
    );
    const unlucky = await test.signUp();
    await test.admin.query("alter table control_plane.tenants drop constraint nobody");
    await test.admin.query(
      "update control_plane.job_schedules set next_run_at = next_run_at - interval '1 hour'",
    );
    await test.admin.query("update public.background_jobs set slot = slot - interval '1 hour'");
    await wake();
    await Promise.all(background);
    const { rowCount } = await test.admin.query(
      "select from control_plane.tenants where personal_user_id = $1",
      [unlucky.id],
    );
    expect(rowCount).toBe(1);
  });
});
